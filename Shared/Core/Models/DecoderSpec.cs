namespace Rill.Models;

/// <summary>
/// A decoder-only transformer as data: every supported architecture is this one decoder (RMS norms before attention and before a
/// SiLU-gated feed-forward, rotary positions, grouped-query attention) with other switches.
/// </summary>
public sealed record DecoderSpec
{
    /// <summary>The class name in config.json, such as LlamaForCausalLM.</summary>
    public required string Architecture { get; init; }

    /// <summary>Number of layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Query heads; a multiple of <see cref="KeyValueHeadCount"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of a head; even.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Width of the gated feed-forward.</summary>
    public required int FeedForwardSize { get; init; }

    /// <summary>Rows of the embedding; token ids lie in [0, VocabularySize).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most tokens of a sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added to the mean square in every norm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>How positions turn queries and keys.</summary>
    public required RotarySpec Rotary { get; init; }

    /// <summary>Biases on the query, key and value projections.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>A bias on the attention's output projection.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Biases on the gate, up and down projections.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>An RMS norm over each head of queries and keys, before the rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>True when the output projection is the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>For each layer, how many latest positions (its own included) a token attends to; null for all.</summary>
    public required IReadOnlyList<int?> AttentionWindows { get; init; }

    /// <summary>Layers behind the last one that guess further tokens (multi-token prediction); their weights are passed over.</summary>
    public int PredictionLayerCount { get; init; }

    /// <summary>Names of the weights in the safetensors files.</summary>
    public WeightNames Names { get; init; } = new();

    /// <summary>Rows of queries, keys and values together.</summary>
    public int QueryKeyValueSize => (HeadCount + (2 * KeyValueHeadCount)) * HeadDim;
}
