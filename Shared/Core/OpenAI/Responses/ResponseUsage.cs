namespace Rill.OpenAI.Responses;

/// <summary>Token counts of a response, under this API's names.</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="InputTokensDetails">How much of the prompt came from the prefix cache.</param>
/// <param name="OutputTokens">Tokens generated.</param>
/// <param name="OutputTokensDetails">How much of them was reasoning.</param>
public sealed record ResponseUsage(
    int InputTokens, InputTokensDetails InputTokensDetails, int OutputTokens, OutputTokensDetails OutputTokensDetails)
{
    /// <summary>Input and output together.</summary>
    public int TotalTokens => InputTokens + OutputTokens;

    /// <summary>The same counts.</summary>
    public static ResponseUsage Of(Usage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return new(
            usage.PromptTokens,
            new InputTokensDetails(usage.PromptTokensDetails?.CachedTokens ?? 0),
            usage.CompletionTokens,
            new OutputTokensDetails(usage.CompletionTokensDetails?.ReasoningTokens ?? 0));
    }
}

/// <summary>Details of <see cref="ResponseUsage.InputTokens"/>.</summary>
/// <param name="CachedTokens">Prompt tokens that were not computed again.</param>
public sealed record InputTokensDetails(int CachedTokens);

/// <summary>Details of <see cref="ResponseUsage.OutputTokens"/>.</summary>
/// <param name="ReasoningTokens">Tokens that were reasoning.</param>
public sealed record OutputTokensDetails(int ReasoningTokens);
