namespace Rill.Torch.Cache;

/// <summary>Sizes of the KV cache: its slots, one for each sequence, and the blocks of the prefix cache.</summary>
internal sealed record KeyValueLayout
{
    /// <summary>Layers of the model.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Key/value heads of a layer.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Elements of a head's key (or value).</summary>
    public required int HeadDim { get; init; }

    /// <summary>True where values are the keys, which are kept once.</summary>
    public bool ValuesAreKeys { get; init; }

    /// <summary>Vectors of a head that a token adds: a key and a value, or only the key.</summary>
    public int Vectors => ValuesAreKeys ? 1 : 2;

    /// <summary>How an element is stored.</summary>
    public required KeyValueFormat Format { get; init; }

    /// <summary>Positions of a slot.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Number of slots.</summary>
    public required int SlotCount { get; init; }

    /// <summary>Positions of a block.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Number of blocks in the prefix cache.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Elements of one token's keys (or values) in one layer.</summary>
    public int TokenElements => HeadCount * HeadDim;

    /// <summary>Bytes of one key (or value) of a head without its scale.</summary>
    public long VectorBytes => (long)HeadDim * Format.ElementSize;

    /// <summary>Bytes of all that a token adds to the cache.</summary>
    public long TokenBytes => (long)Vectors * LayerCount * HeadCount * (VectorBytes + Format.ScaleSize);

    /// <summary>Bytes of a block's content.</summary>
    public long BlockBytes => BlockSize * TokenBytes;
}
