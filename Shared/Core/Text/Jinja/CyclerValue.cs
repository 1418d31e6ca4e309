namespace Rill.Text.Jinja;

/// <summary>What cycler() makes: next() goes round its items.</summary>
internal sealed class CyclerValue(IReadOnlyList<object?> items)
{
    private int _position;

    /// <summary>A member by name, or <see cref="BoundCall.Absent"/>.</summary>
    public object? Get(string name) => name switch
    {
        "current" => items[_position],
        "next" => new BoundFunction(new Function("next", "", _ => Next())),
        "reset" => new BoundFunction(new Function("reset", "", _ => Reset())),
        _ => BoundCall.Absent,
    };

    private object? Next()
    {
        var item = items.Count > 0 ? items[_position] : throw new ChatTemplateException("no items for cycling given");
        _position = (_position + 1) % items.Count;
        return item;
    }

    private object? Reset()
    {
        _position = 0;
        return null;
    }
}
