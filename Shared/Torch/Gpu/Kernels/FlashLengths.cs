using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>Which rows of queries, keys and values belong together in one call of the flash kernel, for B sequences. Tensors are int32 on the device.</summary>
internal sealed record FlashLengths
{
    /// <summary>Each sequence's first query row, then the number of all, [B + 1].</summary>
    public required Tensor QueryStarts { get; init; }

    /// <summary>Each sequence's first key row, anywhere and in any order, [B + 1]; the last element counts for nothing.</summary>
    public required Tensor KeyStarts { get; init; }

    /// <summary>Each sequence's number of keys, [B]; its last query sees the last of them.</summary>
    public required Tensor KeyCounts { get; init; }

    /// <summary>No sequence has more queries.</summary>
    public required long MostQueries { get; init; }

    /// <summary>No sequence has more keys.</summary>
    public required long MostKeys { get; init; }
}
