using System.Text.Json.Serialization;

namespace Rill.Anthropic;

/// <summary>An answer of the Messages API (contract A.8): whole, or as a stream's first event has it, without content and end.</summary>
/// <param name="Id">Unique, with the prefix <c>msg_</c>.</param>
/// <param name="Model">The served model's id.</param>
/// <param name="Content">Its blocks in order; none where the model said nothing.</param>
/// <param name="Usage">Token counts.</param>
public sealed record Message(string Id, string Model, IReadOnlyList<ContentBlock> Content, MessageUsage Usage)
{
    /// <summary>The wire's type tag.</summary>
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = "message";

    /// <summary>Always assistant.</summary>
    [JsonPropertyOrder(-1)]
    public string Role { get; init; } = "assistant";

    /// <summary>Why it ended; null in a stream's first event alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public StopReason? StopReason { get; init; }

    /// <summary>The stop sequence that ended it; null for every other end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopSequence { get; init; }
}

/// <summary>Token counts of an answer.</summary>
/// <param name="InputTokens">Tokens of the prompt that did not come from the prefix cache.</param>
/// <param name="OutputTokens">Tokens generated so far.</param>
public sealed record MessageUsage(int InputTokens, int OutputTokens)
{
    /// <summary>Always 0: what is written into the prefix cache costs nothing of its own.</summary>
    public int CacheCreationInputTokens { get; init; }

    /// <summary>Tokens of the prompt that came from the prefix cache.</summary>
    public int CacheReadInputTokens { get; init; }

    /// <summary>How much of the output was thought; null where the model does not think.</summary>
    public OutputTokensDetails? OutputTokensDetails { get; init; }
}

/// <summary>Details of <see cref="MessageUsage.OutputTokens"/>.</summary>
/// <param name="ThinkingTokens">Output tokens that were thought.</param>
public sealed record OutputTokensDetails(int ThinkingTokens);

/// <summary>Why an answer ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StopReason>))]
public enum StopReason
{
    /// <summary>The model's own end.</summary>
    [JsonStringEnumMemberName("end_turn")] EndTurn,

    /// <summary>One of the request's stop sequences.</summary>
    [JsonStringEnumMemberName("stop_sequence")] StopSequence,

    /// <summary>The request's token limit.</summary>
    [JsonStringEnumMemberName("max_tokens")] MaxTokens,

    /// <summary>The end of the model's context, before the request's limit.</summary>
    [JsonStringEnumMemberName("model_context_window_exceeded")] ModelContextWindowExceeded,

    /// <summary>The model called tools.</summary>
    [JsonStringEnumMemberName("tool_use")] ToolUse,
}
