namespace Rill.Text.Jinja;

/// <summary>An expression of a parsed template. Immutable: one template serves many renderings at once.</summary>
internal abstract class Expression
{
    public abstract object? Evaluate(RenderContext context, Scope scope);
}
