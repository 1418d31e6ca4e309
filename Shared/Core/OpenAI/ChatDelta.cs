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
}
