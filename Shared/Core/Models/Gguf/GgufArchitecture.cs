using System.Text.Json.Nodes;

namespace Rill.Models.Gguf;

/// <summary>How a GGUF architecture differs from what its class writes into config.json.</summary>
/// <param name="Class">The class name in config.json.</param>
internal sealed record GgufArchitecture(string Class)
{
    /// <summary>
    /// True where the rows of queries and keys were permuted so that neighbours are rotated against each other; null where the class's way holds.
    /// </summary>
    public bool? Interleaved { get; init; }

    /// <summary>True when the class has the share of a head that is rotated, and takes less than all of it where config.json does not say.</summary>
    public bool PartialRotary { get; init; }

    /// <summary>True when queries, keys and values are the rows of one matrix, attn_qkv.</summary>
    public bool FusedQueryKeyValue { get; init; }

    /// <summary>True when ffn_up holds the gate's rows and then its own.</summary>
    public bool FusedGateUp { get; init; }

    /// <summary>
    /// True where layers may have key/value heads and widths of the feed-forward of their own: what stands for all in config.json is
    /// <see cref="Write"/>'s to say.
    /// </summary>
    public bool LayersDiffer { get; init; }

    /// <summary>True when rope_freqs.weight is only for layers without a sliding window.</summary>
    public bool DividesWithoutWindow { get; init; }

    /// <summary>The norm before the feed-forward.</summary>
    public string FeedForwardNorm { get; init; } = "ffn_norm.weight";

    /// <summary>The norm after the last layer.</summary>
    public string FinalNorm { get; init; } = "output_norm.weight";

    /// <summary>Counts the heads of keys and values where not all layers have the same; null where they do.</summary>
    public Func<GgufFields, long>? KeyValueHeads { get; init; }

    /// <summary>True when the value heads of delta nets were put into another order: see <see cref="DeltaNetSpec.TiledValueHeads"/>.</summary>
    public bool TiledValueHeads { get; init; }

    /// <summary>The class's members for what is common to all; the others are Llama's.</summary>
    public IReadOnlyDictionary<string, string> Members { get; init; } = new Dictionary<string, string>();

    /// <summary>Writes the members that not all classes have.</summary>
    public Action<GgufFields, JsonObject>? Write { get; init; }
}
