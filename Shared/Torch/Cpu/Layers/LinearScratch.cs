using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Memory that the linear layers of a decoder share: one of them runs at a time.</summary>
internal sealed class LinearScratch : IDisposable
{
    /// <summary>Products on their way into a residual or a gate.</summary>
    public NativeBuffer Products { get; } = new();

    /// <summary>bf16 inputs for libtorch.</summary>
    public NativeBuffer Narrowed { get; } = new();

    /// <summary>Inputs for quantized weights.</summary>
    public QuantizedInput Quantized { get; } = new();

    /// <summary>One quantized matrix in bf16, for libtorch.</summary>
    public NativeBuffer Widened { get; } = new();

    public void Dispose()
    {
        Quantized.Dispose();
        Widened.Dispose();
        Products.Dispose();
        Narrowed.Dispose();
    }
}
