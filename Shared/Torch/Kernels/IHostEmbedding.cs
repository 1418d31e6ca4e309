using Rill.Torch.Runtime;

namespace Rill.Torch.Kernels;

/// <summary>The embedding: a row for each token.</summary>
internal interface IHostEmbedding : IDisposable
{
    /// <summary>target[i] = the embedding of rows[i]'s token.</summary>
    void Gather(TokenRow[] rows, RowBuffer target);
}
