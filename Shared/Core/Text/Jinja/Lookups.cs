namespace Rill.Text.Jinja;

/// <summary>A variable.</summary>
internal sealed class NameExpression(string name) : Expression
{
    public string Name => name;

    protected override object? Compute(RenderContext context, Scope scope) =>
        scope.TryGet(name, out var value) ? value : Undefined.Name(name);
}

/// <summary>target.name</summary>
internal sealed class AttributeExpression(Expression target, string name) : Expression
{
    private readonly JinjaText _key = JinjaText.OfTemplate(name);

    public string Name => name;

    protected override object? Compute(RenderContext context, Scope scope) => Attributes.Get(target.Evaluate(context, scope), _key);
}

/// <summary>target[index]</summary>
internal sealed class ItemExpression(Expression target, Expression index) : Expression
{
    public Expression Index => index;

    protected override object? Compute(RenderContext context, Scope scope) =>
        Attributes.GetItem(target.Evaluate(context, scope), index.Evaluate(context, scope));
}

/// <summary>target[start:stop:step]</summary>
internal sealed class SliceExpression(Expression target, Expression? start, Expression? stop, Expression? step) : Expression
{
    public Expression Target => target;

    protected override object? Compute(RenderContext context, Scope scope) => PythonIndexing.Slice(
        target.Evaluate(context, scope), start?.Evaluate(context, scope), stop?.Evaluate(context, scope), step?.Evaluate(context, scope));
}
