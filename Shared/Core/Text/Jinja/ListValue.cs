namespace Rill.Text.Jinja;

/// <summary>A Python list, or a tuple when <paramref name="IsTuple"/>. Immutable, as everything is in the sandbox.</summary>
internal sealed record ListValue(IReadOnlyList<object?> Items, bool IsTuple = false)
{
    public static ListValue Tuple(params object?[] items) => new(items, IsTuple: true);
}
