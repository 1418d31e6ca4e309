namespace Rill.Serving;

/// <summary>How one sequence's tokens are drawn and when it ends. Values are already validated (contract A.1, C.1).</summary>
public sealed record SamplingParameters
{
    /// <summary>Divides the logits; 0 means greedy. In [0, 2].</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keeps the smallest set of top tokens with at least this mass; in [0, 1], 0 keeps the top token only.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keeps this many top tokens (ties kept); 0 or -1 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps tokens at least this probable relative to the most probable; in [0, 1].</summary>
    public float MinP { get; init; }

    /// <summary>Subtracted once for each occurrence in the completion; in [-2, 2].</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted when the token is in the completion; in [-2, 2].</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens in prompt or completion; in (0, 10].</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Added to the logits of these tokens; values in [-100, 100].</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Token sequences that must not be produced: the last token of a match is set to minus infinity.</summary>
    public IReadOnlyList<int[]> BadWords { get; init; } = [];

    /// <summary>Key of the counter-based generator; always set, drawn at admission when the request names none.</summary>
    public long Seed { get; init; }

    /// <summary>Index of the choice among the request's n; part of the generator's key.</summary>
    public int Choice { get; init; }

    /// <summary>Most completion tokens, at least 1, already clamped to the context.</summary>
    public int MaxTokens { get; init; } = int.MaxValue;

    /// <summary>The first completion tokens, this many, do not end the sequence: neither as tokens nor by their text.</summary>
    public int MinTokens { get; init; }

    /// <summary>The rule of <see cref="MinTokens"/>: whether the completion token with this number, from 1, may end the sequence.</summary>
    public bool MayEndWith(int number) => number > MinTokens;

    /// <summary>The model's own end tokens; ignored for stopping when <see cref="IgnoreEos"/>.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>True to go on after an end token.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>The request's own stop tokens; the matched token is part of the output.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Null for no logprobs; otherwise the number of alternatives, 0 to 20.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>
    /// True to tell the log-probabilities of the prompt's tokens as well (<see cref="TokenStream.PromptLogprobs"/>), with as many alternatives. The
    /// prompt is then computed whole: the prefix cache knows keys and values only.
    /// </summary>
    public bool ScoresPrompt { get; init; }
}
