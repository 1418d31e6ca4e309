using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>Rows of f32, one after the other: the activations between two operations of a step.</summary>
/// <param name="width">Elements of a row.</param>
internal sealed unsafe class RowBuffer(int width) : IDisposable
{
    private readonly NativeBuffer _memory = new();

    /// <summary>Elements of a row.</summary>
    public int Width => width;

    /// <summary>Makes room for rows; growing loses what the buffer holds.</summary>
    public void Ensure(int rows) => _memory.Ensure((long)rows * width * sizeof(float));

    /// <summary>The address of a row.</summary>
    public float* Row(int row) => (float*)_memory.Start + ((nint)row * width);

    /// <summary>The first rows as a tensor over the same memory, which must outlive it.</summary>
    public Tensor AsTensor(int rows) => TensorMemory.Wrap(_memory.Start, ScalarType.Float32, rows, width);

    public void Dispose() => _memory.Dispose();
}
