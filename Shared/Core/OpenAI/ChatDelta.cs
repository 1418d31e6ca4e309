namespace Rill.OpenAI;

/// <summary>What a chunk adds to its choice. The empty delta is written as <c>{}</c>.</summary>
/// <param name="Role">assistant in the first chunk of an index, else null (contract M12, M13).</param>
/// <param name="Content">New text, whole characters only; null when there is none.</param>
public sealed record ChatDelta(string? Role = null, string? Content = null)
{
    /// <summary>The first delta of every index.</summary>
    public static ChatDelta First { get; } = new("assistant", "");

    /// <summary>The delta of finish chunks.</summary>
    public static ChatDelta Empty { get; } = new();

    /// <summary>New reasoning, under one of its names: clients know one or the other (contract B.16).</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>The same as <see cref="ReasoningContent"/>, under the other name.</summary>
    public string? Reasoning { get; init; }

    /// <summary>One fragment of one tool call; null when there is none.</summary>
    public IReadOnlyList<ToolCallDelta>? ToolCalls { get; init; }

    /// <summary>A fragment of the call in the older form: the name in the first one, pieces of the arguments in all.</summary>
    public FunctionCall? FunctionCall { get; init; }
}
