namespace Rill.OpenAI;

/// <summary>
/// A request for completions of text, as it was read (contract A.2). Ranges are not checked yet; that is <see cref="CompletionRequestRules"/>.
/// </summary>
public sealed record CompletionRequest : GenerationRequest
{
    /// <summary>Completion tokens where the request names no limit, as OpenAI has it.</summary>
    public const int DefaultTokenLimit = 16;

    /// <summary>What is completed, at least one; each of them n times.</summary>
    public required IReadOnlyList<CompletionPrompt> Prompts { get; init; }

    /// <summary>True to begin each text with its prompt; with <see cref="Logprobs"/> its tokens are told with theirs as well.</summary>
    public bool Echo { get; init; }

    /// <summary>Alternatives to report for each token, 0 to 20; null for no log-probabilities.</summary>
    public int? Logprobs { get; init; }

    /// <summary>How many candidates to choose from; null or the same as n, since no more are made.</summary>
    public int? BestOf { get; init; }

    /// <summary>Whether a text gets what the model's authors put around one: its beginning-of-text token, if it has one.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>0 makes none: with <see cref="Echo"/> the prompt comes back alone.</summary>
    public override int? TokenLimit => base.TokenLimit ?? DefaultTokenLimit;

    /// <inheritdoc/>
    public override int? Alternatives => Logprobs;

    /// <inheritdoc/>
    public override bool ScoresPrompt => Echo && Logprobs is not null;

    /// <summary>The number of prompts alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"CompletionRequest({Prompts.Count} prompts)";
}

/// <summary>A text, or the ids of its tokens.</summary>
/// <param name="Text">The text; null where ids were given.</param>
/// <param name="Ids">The ids, at least one; null where a text was given.</param>
public sealed record CompletionPrompt(string? Text, IReadOnlyList<int>? Ids)
{
    /// <summary>The size alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => Ids is null ? $"CompletionPrompt({Text!.Length} characters)" : $"CompletionPrompt({Ids.Count} ids)";
}
