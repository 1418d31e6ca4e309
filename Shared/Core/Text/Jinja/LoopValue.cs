namespace Rill.Text.Jinja;

/// <summary>The variable loop inside a for loop.</summary>
/// <param name="items">What the loop runs over.</param>
/// <param name="depth">How often the loop has called itself.</param>
/// <param name="recurse">Runs the loop over another sequence; null unless it is recursive.</param>
internal sealed class LoopValue(IReadOnlyList<object?> items, int depth, Func<object?, JinjaText>? recurse) : CallableValue
{
    private IReadOnlyList<object?>? _lastChecked;

    /// <summary>Counts from 0.</summary>
    public int Index { get; set; }

    public int Length => items.Count;

    public override string Representation => $"<LoopContext {Index + 1}/{Length}>";

    /// <summary>A member by name, or <see cref="BoundCall.Absent"/>.</summary>
    public object? Get(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)(Length - Index),
        "revindex0" => Length - Index - 1L,
        "first" => Index == 0,
        "last" => Index == Length - 1,
        "length" => (long)Length,
        "depth" => depth + 1L,
        "depth0" => (long)depth,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index + 1 < Length ? items[Index + 1] : new Undefined("there is no next item"),
        "cycle" => new BoundFunction(new Function("cycle", "*", call => Cycle(call.Arguments.Positional))),
        "changed" => new BoundFunction(new Function("changed", "*", call => HasChanged(call.Arguments.Positional))),
        _ => BoundCall.Absent,
    };

    public override object? Call(RenderContext context, CallArguments arguments) => recurse is not null && arguments.Positional is [var inner]
        ? recurse(inner)
        : throw new ChatTemplateException("The loop must have the 'recursive' marker to be called recursively.");

    private object? Cycle(IReadOnlyList<object?> values) =>
        values.Count > 0 ? values[Index % values.Count] : throw new ChatTemplateException("no items for cycling given");

    private bool HasChanged(IReadOnlyList<object?> values)
    {
        var isSame = _lastChecked is not null && PythonComparison.AreEqual(new ListValue(_lastChecked), new ListValue(values));
        _lastChecked = values;
        return !isSame;
    }
}
