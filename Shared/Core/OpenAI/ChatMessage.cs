using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>A turn of the conversation.</summary>
/// <param name="Role">developer, system, user, assistant or tool; the older name function is read as tool.</param>
/// <param name="Content">The text; null only for an assistant's turn that has tool calls.</param>
public sealed record ChatMessage(string Role, MessageContent? Content)
{
    /// <summary>The speaker's name, or the function's in the older form of a tool result.</summary>
    public string? Name { get; init; }

    /// <summary>In a tool's turn: the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>In an assistant's turn: the array of calls, at least one, exactly as it was given.</summary>
    public JsonElement? ToolCalls { get; init; }

    /// <summary>In an assistant's turn: its earlier reasoning, sent as reasoning_content or reasoning.</summary>
    public string? Reasoning { get; init; }

    /// <summary>The role and the content's size alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"ChatMessage({Role}, {Content})";
}
