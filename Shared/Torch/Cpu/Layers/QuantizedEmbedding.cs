using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The embedding in q8 or q4.</summary>
/// <param name="table">[vocabulary, hidden]; its memory must outlive this.</param>
internal sealed unsafe class QuantizedEmbedding(QuantizedMatrix table) : IEmbedding
{
    public void Gather(TokenRow[] rows, RowBuffer target)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            Dequantizer.Row<Float32Elements>(table, rows[row].Token, target.Row(row));
        }
    }
}
