using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>The message of a finished choice.</summary>
/// <param name="Content">The text; the key is always written.</param>
public sealed record AssistantMessage([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Content)
{
    /// <summary>Always assistant.</summary>
    public string Role { get; init; } = "assistant";

    /// <summary>Always null: a local model's refusal is plain content. The key is required by the specification.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Refusal { get; init; }
}
