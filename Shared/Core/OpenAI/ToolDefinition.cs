using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">1 to 64 letters, digits, underscores or hyphens.</param>
/// <param name="Parameters">The JSON Schema of its arguments, an object; null where it has none.</param>
/// <param name="IsStrict">True when its arguments must obey the schema, whatever the model would write.</param>
public sealed record ToolDefinition(string Name, JsonElement? Parameters, bool IsStrict)
{
    /// <summary>Its place among the tools of the request, from 0, where some of those may be left out; null for its place in the list.</summary>
    public int? SentIndex { get; init; }
}

/// <summary>Whether the model may, must or must not call a tool.</summary>
/// <param name="Mode">Which of these.</param>
/// <param name="Name">The one function that it must call, for <see cref="ToolChoiceMode.Named"/>; else null.</param>
public sealed record ToolChoice(ToolChoiceMode Mode, string? Name = null);

/// <summary>Whether the model may call tools.</summary>
public enum ToolChoiceMode
{
    /// <summary>As the model decides; the default where there are tools.</summary>
    Auto,

    /// <summary>No call: what looks like one is text.</summary>
    None,

    /// <summary>At least one call.</summary>
    Required,

    /// <summary>A call of one function.</summary>
    Named,
}
