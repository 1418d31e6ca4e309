namespace Rill.Bench.Models;

/// <summary>The sizes of a model whose weights are made up: what speed depends on.</summary>
internal sealed record ModelShape
{
    /// <summary>15 million parameters, as the smallest story tellers have: bound by the number of calls, not by memory.</summary>
    public static readonly ModelShape S = new()
    {
        Name = "S", HiddenSize = 288, Layers = 6, Heads = 6, KeyValueHeads = 6, FeedForwardSize = 768, Vocabulary = 32_000, Context = 4_096, Theta = 10_000,
    };

    /// <summary>SmolLM2-360M, with a context that is long enough for the check at 32k.</summary>
    public static readonly ModelShape M = new()
    {
        Name = "M", HiddenSize = 960, Layers = 32, Heads = 15, KeyValueHeads = 5, FeedForwardSize = 2_560, Vocabulary = 49_152, Context = 40_960, Theta = 100_000,
    };

    /// <summary>Llama-3.2-1B, its stretched rotary frequencies included.</summary>
    public static readonly ModelShape L = new()
    {
        Name = "L", HiddenSize = 2_048, Layers = 16, Heads = 32, KeyValueHeads = 8, FeedForwardSize = 8_192, Vocabulary = 128_256, Context = 131_072, Theta = 500_000,
        HasLlama3Scaling = true,
    };

    /// <summary>Llama-3.1-8B with tied embeddings: 7.5 billion parameters, 15 GB. For GPUs.</summary>
    public static readonly ModelShape B8 = new()
    {
        Name = "8B", HiddenSize = 4_096, Layers = 32, Heads = 32, KeyValueHeads = 8, FeedForwardSize = 14_336, Vocabulary = 128_256, Context = 131_072, Theta = 500_000,
        HasLlama3Scaling = true,
    };

    /// <summary>A Qwen3 with experts: 1.5 billion parameters, of which a token meets 0.4 (8 of 48 experts).</summary>
    public static readonly ModelShape X = new()
    {
        Name = "X", HiddenSize = 1_024, Layers = 18, Heads = 16, KeyValueHeads = 4, HeadDim = 128, FeedForwardSize = 512, Experts = 48, ExpertsOfToken = 8,
        Vocabulary = 49_152, Context = 40_960, Theta = 1_000_000,
    };

    /// <summary>For tests: as small as a model of every part can be.</summary>
    public static readonly ModelShape Tiny = new()
    {
        Name = "Tiny", HiddenSize = 64, Layers = 2, Heads = 4, KeyValueHeads = 2, FeedForwardSize = 96, Vocabulary = 1_024, Context = 256, Theta = 10_000,
        HasLlama3Scaling = true,
    };

    /// <summary>The letter on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Width of the residual stream; a multiple of 32, the quantized formats' block.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head; null for an equal share of <see cref="HiddenSize"/>.</summary>
    public int? HeadDim { get; init; }

    /// <summary>Width of the feed-forward, or of each expert; a multiple of 32.</summary>
    public required int FeedForwardSize { get; init; }

    /// <summary>Experts of each layer; 0 for a dense model.</summary>
    public int Experts { get; init; }

    /// <summary>Experts that a token goes through.</summary>
    public int ExpertsOfToken { get; init; }

    /// <summary>Token ids; the embedding is the output projection too.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Most tokens of a sequence.</summary>
    public required int Context { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required int Theta { get; init; }

    /// <summary>Llama 3's scaling of rotary frequencies.</summary>
    public bool HasLlama3Scaling { get; init; }

    /// <summary>Bytes of one token's keys and values in two-byte elements, over all layers.</summary>
    public long KeyValueBytesPerToken => 2L * Layers * KeyValueHeads * (HeadDim ?? (HiddenSize / Heads)) * 2;

    /// <summary>Finds a shape by its letter; null for none.</summary>
    public static ModelShape? Find(string name) =>
        new[] { S, M, L, X }.FirstOrDefault(shape => string.Equals(shape.Name, name, StringComparison.OrdinalIgnoreCase));
}
