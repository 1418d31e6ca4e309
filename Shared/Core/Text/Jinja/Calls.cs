namespace Rill.Text.Jinja;

/// <summary>The arguments written at a call; spread ones (*list, **dict) are added to the others.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<(string Name, Expression Value)> Named,
    Expression? SpreadList,
    Expression? SpreadDict)
{
    public static readonly ArgumentList Empty = new([], [], null, null);

    public CallArguments Evaluate(RenderContext context, Scope scope)
    {
        if (Positional.Count == 0 && Named.Count == 0 && SpreadList is null && SpreadDict is null)
        {
            return CallArguments.None;
        }

        var positional = new List<object?>(Positional.Count);
        foreach (var argument in Positional)
        {
            positional.Add(argument.Evaluate(context, scope));
        }

        var named = new List<(string, object?)>(Named.Count);
        foreach (var (name, value) in Named)
        {
            named.Add((name, value.Evaluate(context, scope)));
        }

        if (SpreadList is not null)
        {
            positional.AddRange(context.Iterate(SpreadList.Evaluate(context, scope)));
        }

        if (SpreadDict is not null)
        {
            var dict = SpreadDict.Evaluate(context, scope) as DictValue
                ?? throw new ChatTemplateException("argument after ** must be a mapping");
            named.AddRange(dict.Items.Select(item => (PythonText.Str(item.Key).Value, item.Value)));
        }

        return new(positional, named);
    }
}

/// <summary>target(arguments)</summary>
internal sealed class CallExpression(Expression target, ArgumentList arguments) : Expression
{
    public Expression Target => target;

    public ArgumentList Arguments => arguments;

    protected override object? Compute(RenderContext context, Scope scope) => Call(context, scope, caller: null);

    /// <summary>Calls, handing over the body of a call block.</summary>
    public object? Call(RenderContext context, Scope scope, MacroValue? caller)
    {
        var callee = target.Evaluate(context, scope);
        var values = arguments.Evaluate(context, scope);
        if (caller is not null)
        {
            values = values with { Named = [.. values.Named, ("caller", caller)] };
        }

        return callee switch
        {
            CallableValue callable => callable.Call(context, values),
            Undefined undefined => throw undefined.Error(),
            _ => throw new ChatTemplateException($"'{PythonValues.TypeName(callee)}' object is not callable"),
        };
    }
}

/// <summary>target|filter(arguments); a filter without a name of ours fails only when it is reached.</summary>
internal sealed class FilterExpression(Expression target, string name, ArgumentList arguments) : Expression
{
    private readonly Function? _filter = Filters.Find(name);

    public Expression Target => target;

    public string Name => name;

    protected override object? Compute(RenderContext context, Scope scope) =>
        (_filter ?? throw new ChatTemplateException($"No filter named '{name}'."))
            .Call(context, target.Evaluate(context, scope), arguments.Evaluate(context, scope));
}

/// <summary>target is test(arguments); a test without a name of ours fails only when it is reached.</summary>
internal sealed class TestExpression(Expression target, string name, ArgumentList arguments, bool isNegated) : Expression
{
    private readonly Function? _test = Tests.Find(name);

    protected override object? Compute(RenderContext context, Scope scope)
    {
        var test = _test ?? throw new ChatTemplateException($"No test named '{name}'.");
        return PythonValues.IsTrue(test.Call(context, target.Evaluate(context, scope), arguments.Evaluate(context, scope))) != isNegated;
    }
}
