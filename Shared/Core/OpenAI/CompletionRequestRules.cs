namespace Rill.OpenAI;

/// <summary>The ranges of contract A.2.</summary>
public static class CompletionRequestRules
{
    /// <summary>Most prompts.</summary>
    public const int MaxPrompts = 128;

    /// <summary>The first rule that the request breaks, or null.</summary>
    public static ApiError? Check(CompletionRequest request, ChatRequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(limits);
        return CheckShape(request) ?? GenerationRules.Check(request, limits);
    }

    private static ApiError? CheckShape(CompletionRequest request) => request switch
    {
        { BestOf: { } best } when best != (request.N ?? 1) =>
            ApiError.UnsupportedParameter("best_of", "best_of is not supported by this server unless it equals n: leave it out."),
        { Logprobs: < 0 or > GenerationRules.MaxAlternatives } => GenerationRules.OutOfRange("logprobs", $"[0, {GenerationRules.MaxAlternatives}]"),
        { MaxCompletionTokens: < 0 } => ApiError.InvalidValue("max_completion_tokens", "max_completion_tokens must be at least 0."),
        { MaxTokens: < 0 } => ApiError.InvalidValue("max_tokens", "max_tokens must be at least 0."),
        _ => null,
    };
}
