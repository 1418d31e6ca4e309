namespace Rill.Text.Jinja;

/// <summary>An expression of a parsed template. Immutable: one template serves many renderings at once.</summary>
internal abstract class Expression
{
    /// <summary>The expression's value, within the rendering's limits.</summary>
    public object? Evaluate(RenderContext context, Scope scope)
    {
        context.Descend();
        var value = Compute(context, scope);
        context.Ascend();
        return value;
    }

    protected abstract object? Compute(RenderContext context, Scope scope);
}
