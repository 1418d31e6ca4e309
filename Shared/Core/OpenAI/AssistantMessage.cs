using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>The message of a finished choice.</summary>
/// <param name="Content">The text; the key is always written, null where tool calls are all there is.</param>
public sealed record AssistantMessage([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Content)
{
    /// <summary>Always assistant.</summary>
    public string Role { get; init; } = "assistant";

    /// <summary>Always null: a local model's refusal is plain content. The key is required by the specification.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Refusal { get; init; }

    /// <summary>The reasoning, under one of its names: clients know one or the other (contract B.16).</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>The same as <see cref="ReasoningContent"/>, under the other name.</summary>
    public string? Reasoning { get; init; }

    /// <summary>The tool calls, at least one; null when there is none.</summary>
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    /// <summary>The call in the older form; null where there is none, or the request had tools.</summary>
    public FunctionCall? FunctionCall { get; init; }
}
