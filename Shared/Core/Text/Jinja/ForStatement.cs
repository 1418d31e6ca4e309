namespace Rill.Text.Jinja;

/// <summary>{% for target in sequence if test %} ... {% else %} ... {% endfor %}</summary>
internal sealed class ForStatement : Statement
{
    public required AssignmentTarget Target { get; init; }

    public required Expression Sequence { get; init; }

    /// <summary>Which items count; all when null.</summary>
    public Expression? Test { get; init; }

    public required Block Body { get; init; }

    /// <summary>What runs when no item counts.</summary>
    public required Block Otherwise { get; init; }

    /// <summary>True when the body may call loop(...).</summary>
    public bool IsRecursive { get; init; }

    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        Run(context, scope, output, Sequence.Evaluate(context, scope), depth: 0);
        return Flow.Next;
    }

    /// <summary>Runs the loop over a sequence; deeper than 0 when it has called itself.</summary>
    public void Run(RenderContext context, Scope scope, TextBuilder output, object? sequence, int depth)
    {
        var items = context.Iterate(sequence);
        if (Test is not null)
        {
            items = [.. items.Where(item => Passes(item, context, scope))];
        }

        if (items.Count == 0)
        {
            Otherwise.Execute(context, new Scope(scope), output);
            return;
        }

        var loop = new LoopValue(items, depth, IsRecursive ? inner => Recurse(context, scope, inner, depth + 1) : null);
        for (; loop.Index < items.Count; loop.Index++)
        {
            var iteration = new Scope(scope);
            iteration.Set("loop", loop);
            Target.Assign(items[loop.Index], iteration, context);
            if (Body.Execute(context, iteration, output) == Flow.Break)
            {
                break;
            }
        }
    }

    private bool Passes(object? item, RenderContext context, Scope scope)
    {
        var inner = new Scope(scope);
        Target.Assign(item, inner, context);
        return PythonValues.IsTrue(Test!.Evaluate(context, inner));
    }

    private JinjaText Recurse(RenderContext context, Scope scope, object? sequence, int depth) => context.Nest(() =>
    {
        var output = new TextBuilder();
        Run(context, scope, output, sequence, depth);
        return output.ToText();
    });
}
