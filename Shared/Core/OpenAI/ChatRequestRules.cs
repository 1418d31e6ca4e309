namespace Rill.OpenAI;

/// <summary>The ranges of contract A.1. The reader refuses lists that are too long before it reads their entries.</summary>
public static class ChatRequestRules
{
    /// <summary>Most messages.</summary>
    public const int MaxMessages = 4_096;

    /// <summary>Most parts of a message, and most tool calls.</summary>
    public const int MaxParts = 256;

    /// <summary>Most tools. OpenAI takes 128; agents with several MCP servers send more to servers that are not their maker's.</summary>
    public const int MaxTools = 1_024;

    /// <summary>Most documents.</summary>
    public const int MaxDocuments = 256;

    /// <summary>Most members of chat_template_kwargs.</summary>
    public const int MaxTemplateArguments = 64;

    /// <summary>The first rule that the request breaks, or null.</summary>
    public static ApiError? Check(ChatCompletionRequest request, ChatRequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(limits);
        return CheckShape(request) ?? GenerationRules.Check(request, limits);
    }

    private static ApiError? CheckShape(ChatCompletionRequest request) => request switch
    {
        { Messages.Count: 0 } => ApiError.InvalidValue("messages", "messages must hold at least one message."),
        { AddGenerationPrompt: true, ContinueFinalMessage: true } =>
            ApiError.InvalidValue("continue_final_message", "continue_final_message and add_generation_prompt must not both be true."),
        { ContinueFinalMessage: true } when request.Messages[^1] is not { Role: "assistant", Content: not null } =>
            ApiError.InvalidValue("continue_final_message", "continue_final_message needs a last message of role assistant with content."),
        { TopLogprobs: < 0 or > GenerationRules.MaxAlternatives } => GenerationRules.OutOfRange("top_logprobs", $"[0, {GenerationRules.MaxAlternatives}]"),
        { TopLogprobs: > 0, Logprobs: false } =>
            ApiError.InvalidValue("top_logprobs", "top_logprobs is only allowed when logprobs is true."),
        { MaxCompletionTokens: < 1 } => ApiError.InvalidValue("max_completion_tokens", "max_completion_tokens must be at least 1."),
        { MaxTokens: < 1 } => ApiError.InvalidValue("max_tokens", "max_tokens must be at least 1."),
        _ => null,
    };
}

/// <summary>What a server offers, as far as a request is checked against it.</summary>
/// <param name="ModelIds">The ids that a request may name.</param>
/// <param name="VocabularySize">Token ids lie in [0, VocabularySize).</param>
/// <param name="MaxChoices">Largest n, at least 1.</param>
/// <param name="MaxSchemaBytes">Most characters of a schema's JSON text.</param>
public sealed record ChatRequestLimits(
    IReadOnlyCollection<string> ModelIds, int VocabularySize, int MaxChoices = 8, int MaxSchemaBytes = 256 * 1024)
{
    /// <summary>Under which keys answers tell reasoning.</summary>
    public ReasoningKeys ReasoningKeys { get; init; }
}
