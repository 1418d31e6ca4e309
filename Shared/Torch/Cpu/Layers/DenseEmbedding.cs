using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The embedding in f32 or bf16.</summary>
internal sealed unsafe class DenseEmbedding : IEmbedding, IDisposable
{
    private readonly Tensor _table;
    private readonly byte* _address;

    /// <summary>Takes ownership of a contiguous tensor [vocabulary, hidden], f32 or bf16.</summary>
    public DenseEmbedding(Tensor table)
    {
        _table = table;
        _address = (byte*)TensorMemory.Address(table);
    }

    public void Gather(TokenRow[] rows, RowBuffer target)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            var source = _address + ((nint)rows[row].Token * target.Width * _table.ElementSize);
            if (_table.dtype == ScalarType.BFloat16)
            {
                RowKernels.Widen<BFloat16Elements>(source, target.Row(row), target.Width);
            }
            else
            {
                RowKernels.Widen<Float32Elements>(source, target.Row(row), target.Width);
            }
        }
    }

    public void Dispose() => _table.Dispose();
}
