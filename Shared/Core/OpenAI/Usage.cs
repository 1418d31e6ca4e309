namespace Rill.OpenAI;

/// <summary>Token counts of a request; with n choices the prompt counts once and completions are summed.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens generated.</param>
public sealed record Usage(int PromptTokens, int CompletionTokens)
{
    /// <summary>Prompt and completion together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;

    /// <summary>How much of the prompt came from the prefix cache.</summary>
    public PromptTokensDetails? PromptTokensDetails { get; init; }

    /// <summary>How much of the completion was reasoning; null where the model does not think.</summary>
    public CompletionTokensDetails? CompletionTokensDetails { get; init; }
}

/// <summary>Details of <see cref="Usage.PromptTokens"/>.</summary>
/// <param name="CachedTokens">Prompt tokens that were not computed again.</param>
public sealed record PromptTokensDetails(int CachedTokens);

/// <summary>Details of <see cref="Usage.CompletionTokens"/>.</summary>
/// <param name="ReasoningTokens">Completion tokens that were reasoning.</param>
public sealed record CompletionTokensDetails(int ReasoningTokens)
{
    /// <summary>Always 0: no output is predicted. OpenAI always has the key, and clients rely on it.</summary>
    public int AcceptedPredictionTokens { get; init; }

    /// <summary>As <see cref="AcceptedPredictionTokens"/>.</summary>
    public int RejectedPredictionTokens { get; init; }
}
