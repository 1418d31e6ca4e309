using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The embedding: a row for each token.</summary>
internal interface IEmbedding
{
    /// <summary>target[i] = the embedding of rows[i]'s token.</summary>
    void Gather(TokenRow[] rows, RowBuffer target);
}
