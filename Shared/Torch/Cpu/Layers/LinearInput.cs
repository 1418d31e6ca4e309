using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The rows that a linear layer multiplies.</summary>
/// <param name="rows">The first row; the others follow it without a gap.</param>
/// <param name="count">Number of rows.</param>
/// <param name="quantized">The same rows quantized, for weights that take them so.</param>
internal readonly unsafe struct LinearInput(float* rows, int count, QuantizedInput quantized)
{
    /// <summary>The first row.</summary>
    public float* Rows => rows;

    /// <summary>Number of rows.</summary>
    public int Count => count;

    /// <summary>The rows quantized; only when a weight takes them so.</summary>
    public QuantizedInput Quantized => quantized;
}
