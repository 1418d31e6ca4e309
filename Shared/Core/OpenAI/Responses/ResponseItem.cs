using System.Text.Json.Serialization;

namespace Rill.OpenAI.Responses;

/// <summary>
/// An item of a response's input or output: a message, reasoning, a call of a function, or its result. Which of the members an item has
/// depends on its type.
/// </summary>
/// <param name="Type">message, reasoning, function_call, function_call_output, or item_reference while a request is read.</param>
public sealed record ResponseItem(string Type)
{
    /// <summary>Unique among all items of the process; null for an input item whose response has no id yet.</summary>
    public string? Id { get; init; }

    /// <summary>in_progress, completed or incomplete.</summary>
    public string? Status { get; init; }

    /// <summary>Of a message: user, assistant, system or developer.</summary>
    public string? Role { get; init; }

    /// <summary>Of a message its parts; of reasoning its full text, where that is told.</summary>
    public IReadOnlyList<ResponsePart>? Content { get; init; }

    /// <summary>Of reasoning: its text as a summary.</summary>
    public IReadOnlyList<ResponsePart>? Summary { get; init; }

    /// <summary>Of a call and its result: what ties the two together.</summary>
    public string? CallId { get; init; }

    /// <summary>Of a call: the function.</summary>
    public string? Name { get; init; }

    /// <summary>Of a call: JSON text as the model wrote it.</summary>
    public string? Arguments { get; init; }

    /// <summary>Of a result: what the function gave.</summary>
    public string? Output { get; init; }

    /// <summary>About how long the item is within a prompt, in characters.</summary>
    [JsonIgnore]
    public int Length => (Content ?? []).Concat(Summary ?? []).Sum(part => (part.Text ?? part.Refusal ?? "").Length)
        + (Arguments?.Length ?? 0) + (Output?.Length ?? 0);

    /// <summary>The type alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"ResponseItem({Type})";
}
