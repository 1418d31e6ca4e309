namespace Rill.Text.Jinja;

/// <summary>What a value can be assigned to.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(object? value, Scope scope, RenderContext context);
}

/// <summary>A variable.</summary>
internal sealed class NameTarget(string name) : AssignmentTarget
{
    public string Name => name;

    public override void Assign(object? value, Scope scope, RenderContext context) => scope.Set(name, value);
}

/// <summary>Several targets, which take a sequence apart.</summary>
internal sealed class TupleTarget(IReadOnlyList<AssignmentTarget> targets) : AssignmentTarget
{
    public override void Assign(object? value, Scope scope, RenderContext context)
    {
        var items = context.Iterate(value);
        if (items.Count != targets.Count)
        {
            throw new ChatTemplateException(items.Count > targets.Count
                ? $"too many values to unpack (expected {targets.Count})"
                : $"not enough values to unpack (expected {targets.Count}, got {items.Count})");
        }

        for (var index = 0; index < items.Count; index++)
        {
            targets[index].Assign(items[index], scope, context);
        }
    }
}

/// <summary>An attribute of a namespace.</summary>
internal sealed class NamespaceTarget(string name, string attribute) : AssignmentTarget
{
    public override void Assign(object? value, Scope scope, RenderContext context)
    {
        if (!scope.TryGet(name, out var target) || target is not NamespaceValue space)
        {
            throw new ChatTemplateException("cannot assign attribute on non-namespace object");
        }

        space.Attributes.Set(JinjaText.OfTemplate(attribute), value);
    }
}

/// <summary>{% set target = value %}</summary>
internal sealed class SetStatement(AssignmentTarget target, Expression value) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        target.Assign(value.Evaluate(context, scope), scope, context);
        return Flow.Next;
    }
}

/// <summary>{% set target %} ... {% endset %}: what the body writes, filtered if asked to.</summary>
internal sealed class SetBlockStatement(AssignmentTarget target, Block body, Expression filters) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        target.Assign(body.Capture(context, scope, filters), scope, context);
        return Flow.Next;
    }
}
