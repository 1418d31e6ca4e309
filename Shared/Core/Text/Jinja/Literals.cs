namespace Rill.Text.Jinja;

/// <summary>A number, string, true, false or none.</summary>
internal sealed class ConstantExpression(object? value) : Expression
{
    public object? Value { get; } = value;

    protected override object? Compute(RenderContext context, Scope scope) => Value;
}

/// <summary>[a, b] or (a, b).</summary>
internal sealed class ListExpression(IReadOnlyList<Expression> items, bool isTuple) : Expression
{
    protected override object? Compute(RenderContext context, Scope scope)
    {
        var values = new object?[items.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = items[index].Evaluate(context, scope);
        }

        return new ListValue(values, isTuple);
    }
}

/// <summary>{key: value}.</summary>
internal sealed class DictExpression(IReadOnlyList<(Expression Key, Expression Value)> members) : Expression
{
    protected override object? Compute(RenderContext context, Scope scope)
    {
        var dict = new DictValue();
        foreach (var (key, value) in members)
        {
            dict.Set(key.Evaluate(context, scope), value.Evaluate(context, scope));
        }

        return dict;
    }
}
