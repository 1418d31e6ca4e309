namespace Rill.Text.Jinja;

/// <summary>Where to go on after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A statement of a parsed template. Immutable.</summary>
internal abstract class Statement
{
    public abstract Flow Execute(RenderContext context, Scope scope, TextBuilder output);
}

/// <summary>Statements one after another.</summary>
internal sealed class Block(IReadOnlyList<Statement> statements) : Statement
{
    /// <summary>The variable, out of a template's reach, that filters of a block find its text in.</summary>
    public const string TextVariable = "(text)";

    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        foreach (var statement in statements)
        {
            if (statement.Execute(context, scope, output) is not Flow.Next and var flow)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <summary>What the statements write, as a value.</summary>
    public JinjaText Capture(RenderContext context, Scope scope)
    {
        var output = new TextBuilder();
        Execute(context, scope, output);
        return output.ToText();
    }

    /// <summary>What the statements write in a scope of their own, put through filters that start at <see cref="TextVariable"/>.</summary>
    public object? Capture(RenderContext context, Scope scope, Expression filters)
    {
        var inner = new Scope(scope);
        inner.Set(TextVariable, Capture(context, new Scope(scope)));
        return filters.Evaluate(context, inner);
    }
}

/// <summary>Text of the template itself.</summary>
internal sealed class TextStatement(string text) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        output.Append(text);
        return Flow.Next;
    }
}

/// <summary>{{ value }}</summary>
internal sealed class OutputStatement(Expression value) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        output.Append(PythonText.Str(value.Evaluate(context, scope)));
        return Flow.Next;
    }
}

/// <summary>{% break %} or {% continue %}</summary>
internal sealed class JumpStatement(Flow flow) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output) => flow;
}

/// <summary>{% if %} with its {% elif %}s, each a test and a body, and its {% else %}. Has no scope of its own.</summary>
internal sealed class IfStatement(IReadOnlyList<(Expression Test, Block Body)> branches, Block otherwise) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        foreach (var (test, body) in branches)
        {
            if (PythonValues.IsTrue(test.Evaluate(context, scope)))
            {
                return body.Execute(context, scope, output);
            }
        }

        return otherwise.Execute(context, scope, output);
    }
}

/// <summary>A body with a scope of its own and variables set in it: {% with %}, {% generation %}.</summary>
internal sealed class ScopeStatement(IReadOnlyList<(AssignmentTarget Target, Expression Value)> variables, Block body) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in variables)
        {
            target.Assign(value.Evaluate(context, scope), inner, context);
        }

        return body.Execute(context, inner, output);
    }
}

/// <summary>{% filter name %} ... {% endfilter %}: what the body writes, filtered.</summary>
internal sealed class FilterStatement(Block body, Expression filters) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        output.Append(PythonText.Str(body.Capture(context, scope, filters)));
        return Flow.Next;
    }
}
