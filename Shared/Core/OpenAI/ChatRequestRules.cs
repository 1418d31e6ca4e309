using System.Globalization;

namespace Rill.OpenAI;

/// <summary>
/// The ranges of contract A.1. Lists that the contract leaves open are bounded as well (the reader refuses longer ones), because the
/// engine walks them for every token and one request must not slow the others.
/// </summary>
public static class ChatRequestRules
{
    /// <summary>Most stop strings.</summary>
    public const int MaxStops = 16;

    /// <summary>Most characters of a stop string or of a bad word.</summary>
    public const int MaxStopLength = 256;

    /// <summary>Most stop tokens, and most bad words.</summary>
    public const int MaxListed = 128;

    /// <summary>Most messages.</summary>
    public const int MaxMessages = 4_096;

    /// <summary>Most parts of a message, and most tool calls.</summary>
    public const int MaxParts = 256;

    /// <summary>Most tools.</summary>
    public const int MaxTools = 128;

    /// <summary>Most documents.</summary>
    public const int MaxDocuments = 256;

    /// <summary>Most members of chat_template_kwargs.</summary>
    public const int MaxTemplateArguments = 64;

    /// <summary>Most entries of logit_bias.</summary>
    public const int MaxBiases = 1024;

    /// <summary>The first rule that the request breaks, or null.</summary>
    public static ApiError? Check(ChatCompletionRequest request, ChatRequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(limits);
        return CheckShape(request, limits)
            ?? CheckLengths(request)
            ?? CheckSampling(request)
            ?? CheckTexts(request)
            ?? CheckTokenIds(request, limits);
    }

    private static ApiError? CheckShape(ChatCompletionRequest request, ChatRequestLimits limits) => request switch
    {
        { Messages.Count: 0 } => ApiError.InvalidValue("messages", "messages must hold at least one message."),
        { Model: { } model } when !limits.ModelIds.Contains(model) => ApiError.ModelNotFound(model),
        { StreamOptions: not null, Stream: false } =>
            ApiError.InvalidValue("stream_options", "stream_options is only allowed when stream is true."),
        { N: { } n } when n < 1 || n > limits.MaxChoices => OutOfRange("n", $"[1, {limits.MaxChoices}]"),
        { AddGenerationPrompt: true, ContinueFinalMessage: true } =>
            ApiError.InvalidValue("continue_final_message", "continue_final_message and add_generation_prompt must not both be true."),
        { ContinueFinalMessage: true } when request.Messages[^1] is not { Role: "assistant", Content: not null } =>
            ApiError.InvalidValue("continue_final_message", "continue_final_message needs a last message of role assistant with content."),
        { TopLogprobs: < 0 or > 20 } => OutOfRange("top_logprobs", $"[0, 20]"),
        { TopLogprobs: > 0, Logprobs: false } =>
            ApiError.InvalidValue("top_logprobs", "top_logprobs is only allowed when logprobs is true."),
        _ => null,
    };

    private static ApiError? CheckLengths(ChatCompletionRequest request) => request switch
    {
        { MaxCompletionTokens: < 1 } => ApiError.InvalidValue("max_completion_tokens", "max_completion_tokens must be at least 1."),
        { MaxTokens: < 1 } => ApiError.InvalidValue("max_tokens", "max_tokens must be at least 1."),
        { MinTokens: < 0 } => ApiError.InvalidValue("min_tokens", "min_tokens must be at least 0."),
        { MinTokens: { } least, TokenLimit: { } most } when least > most =>
            ApiError.InvalidValue("min_tokens", $"min_tokens must not exceed the token limit of {most}."),
        _ => null,
    };

    private static ApiError? CheckSampling(ChatCompletionRequest request) => request switch
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

    private static ApiError? CheckTexts(ChatCompletionRequest request) =>
        CheckTexts("stop", request.Stop) ?? CheckTexts("bad_words", request.BadWords);

    private static ApiError? CheckTexts(string param, IReadOnlyList<string> texts) =>
        texts.Any(text => text.Length is 0 or > MaxStopLength)
            ? ApiError.InvalidValue(param, $"Every entry of {param} must have 1 to {MaxStopLength} characters.")
            : null;

    private static ApiError? CheckTokenIds(ChatCompletionRequest request, ChatRequestLimits limits) =>
        CheckVocabulary("stop_token_ids", request.StopTokenIds, limits.VocabularySize)
        ?? CheckVocabulary("logit_bias", request.LogitBias.Keys, limits.VocabularySize);

    private static ApiError? CheckVocabulary(string param, IEnumerable<int> ids, int vocabularySize) =>
        ids.Any(id => id < 0 || id >= vocabularySize)
            ? ApiError.InvalidValue(param, $"The token ids of {param} must lie in [0, {vocabularySize - 1}], the model's vocabulary.")
            : null;

    private static ApiError OutOfRange(string param, FormattableString range) =>
        ApiError.InvalidValue(param, $"{param} must lie in {range.ToString(CultureInfo.InvariantCulture)}.");
}

/// <summary>What a server offers, as far as a request is checked against it.</summary>
/// <param name="ModelIds">The ids that a request may name.</param>
/// <param name="VocabularySize">Token ids lie in [0, VocabularySize).</param>
/// <param name="MaxChoices">Largest n, at least 1.</param>
/// <param name="MaxSchemaBytes">Most characters of a schema's JSON text.</param>
public sealed record ChatRequestLimits(
    IReadOnlyCollection<string> ModelIds, int VocabularySize, int MaxChoices = 8, int MaxSchemaBytes = 256 * 1024);
