namespace Rill.OpenAI;

/// <summary>
/// What the requests of all dialects that generate have in common, as it was read: null means absent or null on the wire. Ranges are not
/// checked yet; that is <see cref="GenerationRules"/>.
/// </summary>
public abstract record GenerationRequest
{
    /// <summary>Id of the wanted model; null means the default model.</summary>
    public string? Model { get; init; }

    /// <summary>True to answer with server-sent events.</summary>
    public bool Stream { get; init; }

    /// <summary>Only together with <see cref="Stream"/>.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>Most completion tokens; what exceeds the context is cut off.</summary>
    public int? MaxCompletionTokens { get; init; }

    /// <summary>The older name of <see cref="MaxCompletionTokens"/>, which wins when both are given.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The token limit that counts, or null for all that fits the context.</summary>
    public virtual int? TokenLimit => MaxCompletionTokens ?? MaxTokens;

    /// <summary>Alternatives to report for each token; null for no log-probabilities at all.</summary>
    public abstract int? Alternatives { get; }

    /// <summary>Whether the prompt's tokens are told with log-probabilities too.</summary>
    public virtual bool ScoresPrompt => false;

    /// <summary>In [0, 2], default 1. As in vLLM, below 1e-5 means greedy, and what lies between that and 0.01 acts as 0.01.</summary>
    public float? Temperature { get; init; }

    /// <summary>In [0, 1], default 1; 0 keeps the top token only.</summary>
    public float? TopP { get; init; }

    /// <summary>At least -1; 0 (default) and -1 mean off.</summary>
    public int? TopK { get; init; }

    /// <summary>In [0, 1], default 0.</summary>
    public float? MinP { get; init; }

    /// <summary>In [-2, 2], default 0.</summary>
    public float? FrequencyPenalty { get; init; }

    /// <summary>In [-2, 2], default 0.</summary>
    public float? PresencePenalty { get; init; }

    /// <summary>In (0, 10], default 1.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Added to the logits of these token ids; already clamped to [-100, 100]. Empty when absent.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Any value; null and -1 mean none.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts that end a choice; one string on the wire is a list of one here. Empty when absent.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Token ids that end a choice. Empty when absent.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Texts that are never produced. Empty when absent.</summary>
    public IReadOnlyList<string> BadWords { get; init; } = [];

    /// <summary>Number of choices, default 1.</summary>
    public int? N { get; init; }

    /// <summary>No end before this many completion tokens; default 0.</summary>
    public int? MinTokens { get; init; }

    /// <summary>True to go on after an end token.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>What form the answer must have; null for any text.</summary>
    public ResponseFormat? ResponseFormat { get; init; }
}

/// <summary>What a stream carries beside the text.</summary>
/// <param name="IncludeUsage">True for a last chunk with usage; the others then have <c>usage: null</c>.</param>
/// <param name="ContinuousUsageStats">vLLM's extension: running counts in every chunk. Has effect only with IncludeUsage.</param>
public sealed record StreamOptions(bool IncludeUsage, bool ContinuousUsageStats);
