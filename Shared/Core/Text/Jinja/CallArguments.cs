namespace Rill.Text.Jinja;

/// <summary>The arguments of a call, by position and by name.</summary>
internal sealed record CallArguments(IReadOnlyList<object?> Positional, IReadOnlyList<(string Name, object? Value)> Named)
{
    public static readonly CallArguments None = new([], []);
}
