using Rill.Models;

namespace Rill.Torch.Cache;

/// <summary>What a layer keeps of a token.</summary>
/// <param name="HeadCount">Key/value heads; 0 for a layer that keeps nothing.</param>
/// <param name="HeadDim">Elements of a head's key (or value).</param>
internal readonly record struct KeyValueLayer(int HeadCount, int HeadDim)
{
    /// <summary>Elements of a token's keys (or values).</summary>
    public int TokenElements => HeadCount * HeadDim;

    /// <summary>For each layer of a model.</summary>
    public static KeyValueLayer[] Of(DecoderSpec spec) => [.. Enumerable.Range(0, spec.LayerCount)
        .Select(layer => new KeyValueLayer(spec.CachesKeyValues(layer) ? spec.KeyValueHeadsOf(layer) : 0, spec.HeadDimOf(layer)))];
}

/// <summary>Sizes of the KV cache: its slots, one for each sequence, and the blocks of the prefix cache.</summary>
internal sealed record KeyValueLayout
{
    /// <summary>The layers of the model.</summary>
    public required IReadOnlyList<KeyValueLayer> Layers { get; init; }

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

    /// <summary>Bytes of one key (or value) of a layer's head, with its scale.</summary>
    public long VectorBytes(int layer) => ((long)Layers[layer].HeadDim * Format.ElementSize) + Format.ScaleSize;

    /// <summary>Bytes of what a token adds to a layer.</summary>
    public long LayerBytes(int layer) => Vectors * Layers[layer].HeadCount * VectorBytes(layer);

    /// <summary>Bytes of all that a token adds to the cache.</summary>
    public long TokenBytes => Enumerable.Range(0, Layers.Count).Sum(LayerBytes);

    /// <summary>Bytes of a block's content.</summary>
    public long BlockBytes => BlockSize * TokenBytes;

    /// <summary>Bytes that a slot takes beside its tokens, for the states of its layers.</summary>
    public long StateBytes { get; init; }

    /// <summary>The same in blocks, rounded up.</summary>
    public long StateBlocks => (StateBytes + BlockBytes - 1) / BlockBytes;
}
