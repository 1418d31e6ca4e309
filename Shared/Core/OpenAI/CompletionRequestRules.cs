using System.Globalization;

namespace Rill.OpenAI;

/// <summary>The ranges of contract A.2.</summary>
public static class CompletionRequestRules
{
    /// <summary>Most prompts.</summary>
    public const int MaxPrompts = 128;

    /// <summary>
    /// Most log-probabilities of prompts' tokens in one answer: for each token and choice one, and those of its alternatives. Each takes some 170 bytes
    /// until the answer is written.
    /// </summary>
    public const int MaxEchoedLogprobs = 1 << 20;

    /// <summary>The first rule that the request breaks, or null.</summary>
    public static ApiError? Check(CompletionRequest request, ChatRequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(limits);
        return CheckShape(request) ?? GenerationRules.Check(request, limits);
    }

    /// <summary>The error where <c>echo</c> with <c>logprobs</c> asks for more than is told at once; null where it does not.</summary>
    /// <param name="promptTokens">Tokens of all prompts.</param>
    /// <param name="choices">Choices of each prompt.</param>
    /// <param name="alternatives">Alternatives of each token.</param>
    public static ApiError? CheckEcho(long promptTokens, int choices, int alternatives)
    {
        var asked = promptTokens * choices * (alternatives + 1);
        return asked <= MaxEchoedLogprobs ? null : ApiError.InvalidValue(
            "logprobs",
            string.Create(CultureInfo.InvariantCulture, $"echo with logprobs asks for {asked} log-probabilities of the prompt's tokens, of which {MaxEchoedLogprobs} fit one answer: ask for fewer logprobs, choices or prompts."));
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
