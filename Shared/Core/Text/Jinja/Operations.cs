namespace Rill.Text.Jinja;

/// <summary>An arithmetic operator between two operands.</summary>
internal sealed class BinaryExpression(string operation, Expression left, Expression right) : Expression
{
    protected override object? Compute(RenderContext context, Scope scope) =>
        PythonOperators.Apply(operation, left.Evaluate(context, scope), right.Evaluate(context, scope), context);
}

/// <summary>-x or +x.</summary>
internal sealed class SignExpression(bool isNegative, Expression operand) : Expression
{
    protected override object? Compute(RenderContext context, Scope scope)
    {
        var negated = PythonNumbers.Negate(operand.Evaluate(context, scope));
        return isNegative ? negated : PythonNumbers.Negate(negated);
    }
}

/// <summary>a ~ b ~ c: the operands as text, joined.</summary>
internal sealed class ConcatExpression(IReadOnlyList<Expression> operands) : Expression
{
    protected override object? Compute(RenderContext context, Scope scope)
    {
        var builder = new TextBuilder();
        foreach (var operand in operands)
        {
            builder.Append(PythonText.Str(operand.Evaluate(context, scope)));
        }

        return builder.ToText();
    }
}

/// <summary>A chain of comparisons, a &lt; b &lt; c, each operand evaluated once.</summary>
internal sealed class CompareExpression(Expression first, IReadOnlyList<(string Operation, Expression Operand)> rest) : Expression
{
    protected override object? Compute(RenderContext context, Scope scope)
    {
        var left = first.Evaluate(context, scope);
        foreach (var (operation, operand) in rest)
        {
            var right = operand.Evaluate(context, scope);
            if (!Holds(operation, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private static bool Holds(string operation, object? left, object? right) => operation switch
    {
        "==" => PythonComparison.AreEqual(left, right),
        "!=" => !PythonComparison.AreEqual(left, right),
        "in" => PythonComparison.Contains(right, left),
        "not in" => !PythonComparison.Contains(right, left),
        "<" => PythonComparison.Compare(left, right, operation) < 0,
        "<=" => PythonComparison.Compare(left, right, operation) <= 0,
        ">" => PythonComparison.Compare(left, right, operation) > 0,
        ">=" => PythonComparison.Compare(left, right, operation) >= 0,
        _ => throw new InvalidOperationException($"No comparison {operation}."),
    };
}

/// <summary>a and b, a or b: gives the operand that decides.</summary>
internal sealed class LogicalExpression(bool isAnd, Expression left, Expression right) : Expression
{
    public Expression Left => left;

    public Expression Right => right;

    protected override object? Compute(RenderContext context, Scope scope)
    {
        var value = left.Evaluate(context, scope);
        return PythonValues.IsTrue(value) == isAnd ? right.Evaluate(context, scope) : value;
    }
}

/// <summary>not a</summary>
internal sealed class NotExpression(Expression operand) : Expression
{
    protected override object? Compute(RenderContext context, Scope scope) => !PythonValues.IsTrue(operand.Evaluate(context, scope));
}

/// <summary>a if test else b</summary>
internal sealed class ConditionalExpression(Expression test, Expression whenTrue, Expression? whenFalse) : Expression
{
    public Expression WhenTrue => whenTrue;

    public Expression? WhenFalse => whenFalse;

    protected override object? Compute(RenderContext context, Scope scope) => PythonValues.IsTrue(test.Evaluate(context, scope))
        ? whenTrue.Evaluate(context, scope)
        : whenFalse?.Evaluate(context, scope)
            ?? (whenFalse is null ? new Undefined("the inline if-expression evaluated to false and no else section was defined.") : null);
}
