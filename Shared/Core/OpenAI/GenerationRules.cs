using System.Globalization;

namespace Rill.OpenAI;

/// <summary>
/// The ranges that all dialects have in common (contract A.1). Lists that the contract leaves open are bounded as well (the reader refuses
/// longer ones), because the engine walks them for every token and one request must not slow the others.
/// </summary>
public static class GenerationRules
{
    /// <summary>Most stop strings.</summary>
    public const int MaxStops = 16;

    /// <summary>Most characters of a stop string or of a bad word.</summary>
    public const int MaxStopLength = 256;

    /// <summary>Most stop tokens, and most bad words.</summary>
    public const int MaxListed = 128;

    /// <summary>Most entries of logit_bias.</summary>
    public const int MaxBiases = 1024;

    /// <summary>Most alternatives to a token.</summary>
    public const int MaxAlternatives = 20;

    /// <summary>The first rule that the request breaks, or null.</summary>
    internal static ApiError? Check(GenerationRequest request, ChatRequestLimits limits) =>
        CheckShape(request, limits)
        ?? CheckLengths(request)
        ?? CheckSampling(request)
        ?? CheckTexts(request)
        ?? CheckTokenIds(request, limits);

    private static ApiError? CheckShape(GenerationRequest request, ChatRequestLimits limits) => request switch
    {
        { Model: { } model } when !limits.ModelIds.Contains(model) => ApiError.ModelNotFound(model),
        { StreamOptions: not null, Stream: false } =>
            ApiError.InvalidValue("stream_options", "stream_options is only allowed when stream is true."),
        { N: { } n } when n < 1 || n > limits.MaxChoices => OutOfRange("n", $"[1, {limits.MaxChoices}]"),
        _ => null,
    };

    private static ApiError? CheckLengths(GenerationRequest request) => request switch
    {
        { MinTokens: < 0 } => ApiError.InvalidValue("min_tokens", "min_tokens must be at least 0."),
        { MinTokens: { } least, TokenLimit: { } most } when least > most =>
            ApiError.InvalidValue("min_tokens", $"min_tokens must not exceed the token limit of {most}."),
        _ => null,
    };

    private static ApiError? CheckSampling(GenerationRequest request) => request switch
    {
        { Temperature: < 0 or > 2 } => OutOfRange("temperature", $"[0, 2]"),
        { TopP: < 0 or > 1 } => OutOfRange("top_p", $"[0, 1]"),
        { TopK: < -1 } => ApiError.InvalidValue("top_k", "top_k must be at least 1, or 0 or -1 to turn it off."),
        { MinP: < 0 or > 1 } => OutOfRange("min_p", $"[0, 1]"),
        { FrequencyPenalty: < -2 or > 2 } => OutOfRange("frequency_penalty", $"[-2, 2]"),
        { PresencePenalty: < -2 or > 2 } => OutOfRange("presence_penalty", $"[-2, 2]"),
        { RepetitionPenalty: <= 0 or > 10 } => OutOfRange("repetition_penalty", $"(0, 10]"),
        _ => null,
    };

    private static ApiError? CheckTexts(GenerationRequest request) =>
        CheckTexts("stop", request.Stop) ?? CheckTexts("bad_words", request.BadWords);

    private static ApiError? CheckTexts(string param, IReadOnlyList<string> texts) =>
        texts.Any(text => text.Length is 0 or > MaxStopLength)
            ? ApiError.InvalidValue(param, $"Every entry of {param} must have 1 to {MaxStopLength} characters.")
            : null;

    private static ApiError? CheckTokenIds(GenerationRequest request, ChatRequestLimits limits) =>
        CheckVocabulary("stop_token_ids", request.StopTokenIds, limits.VocabularySize)
        ?? CheckVocabulary("logit_bias", request.LogitBias.Keys, limits.VocabularySize);

    private static ApiError? CheckVocabulary(string param, IEnumerable<int> ids, int vocabularySize) =>
        ids.Any(id => id < 0 || id >= vocabularySize)
            ? ApiError.InvalidValue(param, $"The token ids of {param} must lie in [0, {vocabularySize - 1}], the model's vocabulary.")
            : null;

    /// <summary>A number is too small or too large.</summary>
    internal static ApiError OutOfRange(string param, FormattableString range) =>
        ApiError.InvalidValue(param, $"{param} must lie in {range.ToString(CultureInfo.InvariantCulture)}.");
}
