namespace Rill.Torch.Runtime;

/// <summary>Sizes of the KV cache: slots of [layer, key|value, position, head, headDim], blocks of the same with fewer positions.</summary>
internal sealed record KeyValueLayout
{
    /// <summary>Layers of the model.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Elements of one token's keys (or values) in one layer.</summary>
    public required int TokenElements { get; init; }

    /// <summary>Bytes of an element.</summary>
    public required int ElementSize { get; init; }

    /// <summary>Positions of a slot.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Number of slots.</summary>
    public required int SlotCount { get; init; }

    /// <summary>Positions of a block.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Number of blocks in the prefix cache.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Bytes of one token's keys (or values) in one layer.</summary>
    public long TokenBytes => (long)TokenElements * ElementSize;

    /// <summary>Bytes of a block's content.</summary>
    public long BlockBytes => 2L * LayerCount * BlockSize * TokenBytes;
}
