namespace Rill.Text.Jinja;

/// <summary>A call whose arguments have been matched with the function's parameters.</summary>
/// <param name="Context">The rendering under way.</param>
/// <param name="Value">What the filter, test or method is applied to; null for a global function.</param>
/// <param name="Items">One value a parameter; <see cref="Absent"/> where an optional one was not given.</param>
/// <param name="Arguments">All arguments as they were given.</param>
internal sealed record BoundCall(RenderContext Context, object? Value, object?[] Items, CallArguments Arguments)
{
    /// <summary>Stands for an optional argument that was not given.</summary>
    public static readonly object Absent = new();

    public object? this[int index] => Items[index];

    public bool Has(int index) => !ReferenceEquals(Items[index], Absent);

    public object? Or(int index, object? fallback) => Has(index) ? Items[index] : fallback;

    public bool Flag(int index, bool fallback) => Has(index) ? PythonValues.IsTrue(Items[index]) : fallback;

    public long Integer(int index, long fallback) => Has(index) ? PythonNumbers.ToIndex(Items[index]) : fallback;

    /// <summary>The value as text, as str() would make it.</summary>
    public JinjaText Text => PythonText.Str(Value);

    /// <summary>The value, which must be a string.</summary>
    public JinjaText TextValue => Value switch
    {
        JinjaText text => text,
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"must be str, not {PythonValues.TypeName(Value)}"),
    };

    /// <summary>An argument that must be a string.</summary>
    public JinjaText TextAt(int index) =>
        Items[index] as JinjaText ?? throw new ChatTemplateException($"must be str, not {PythonValues.TypeName(Items[index])}");

    /// <summary>The value's items, when it can be iterated.</summary>
    public IReadOnlyList<object?> Sequence => Context.Iterate(Value);
}
