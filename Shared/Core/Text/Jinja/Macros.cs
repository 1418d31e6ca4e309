namespace Rill.Text.Jinja;

/// <summary>A macro as it is written.</summary>
internal sealed record MacroDefinition
{
    public required string Name { get; init; }

    /// <summary>The parameters and their defaults (null: none).</summary>
    public required IReadOnlyList<(string Name, Expression? Default)> Parameters { get; init; }

    public required Block Body { get; init; }

    /// <summary>True when the body asks for further positional arguments.</summary>
    public bool TakesMorePositional { get; init; }

    /// <summary>True when the body asks for further named arguments.</summary>
    public bool TakesMoreNamed { get; init; }
}

/// <summary>{% macro %}: makes a macro and names it.</summary>
internal sealed class MacroStatement(MacroDefinition definition) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        scope.Set(definition.Name, new MacroValue(definition, scope));
        return Flow.Next;
    }
}

/// <summary>{% call macro() %}: calls a macro that may call the block's body as caller().</summary>
internal sealed class CallStatement(MacroDefinition body, CallExpression call) : Statement
{
    public override Flow Execute(RenderContext context, Scope scope, TextBuilder output)
    {
        output.Append(PythonText.Str(call.Call(context, scope, new MacroValue(body, scope))));
        return Flow.Next;
    }
}

/// <summary>A macro together with the scope it was made in.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope home) : CallableValue
{
    public override string Representation => $"<Macro '{definition.Name}'>";

    /// <summary>A member by name, or <see cref="BoundCall.Absent"/>.</summary>
    public object? Get(string name) => name switch
    {
        "name" => JinjaText.OfTemplate(definition.Name),
        "arguments" => ListValue.Tuple([.. definition.Parameters.Select(parameter => JinjaText.OfTemplate(parameter.Name))]),
        "catch_varargs" => definition.TakesMorePositional,
        "catch_kwargs" => definition.TakesMoreNamed,
        _ => BoundCall.Absent,
    };

    public override object? Call(RenderContext context, CallArguments arguments) => context.Nest(() =>
    {
        var scope = new Scope(home);
        Bind(context, arguments, scope);
        return definition.Body.Capture(context, scope);
    });

    private void Bind(RenderContext context, CallArguments arguments, Scope scope)
    {
        var parameters = definition.Parameters;
        if (arguments.Positional.Count > parameters.Count && !definition.TakesMorePositional)
        {
            throw new ChatTemplateException($"macro '{definition.Name}' takes not more than {parameters.Count} argument(s)");
        }

        scope.Set("varargs", new ListValue([.. arguments.Positional.Skip(parameters.Count)], isTuple: true));
        var more = new DictValue();
        var named = new Dictionary<string, object?>();
        foreach (var (name, value) in arguments.Named)
        {
            if (name == "caller" || parameters.Any(parameter => parameter.Name == name))
            {
                named[name] = value;
            }
            else if (definition.TakesMoreNamed)
            {
                more.Set(JinjaText.OfRequest(name), value);
            }
            else
            {
                throw new ChatTemplateException($"macro '{definition.Name}' takes no keyword argument '{name}'");
            }
        }

        scope.Set("kwargs", more);
        scope.Set("caller", named.GetValueOrDefault("caller", new Undefined("No caller defined")));
        for (var index = 0; index < parameters.Count; index++)
        {
            scope.Set(parameters[index].Name, Argument(index, context, arguments, named, scope));
        }
    }

    private object? Argument(int index, RenderContext context, CallArguments arguments, Dictionary<string, object?> named, Scope scope)
    {
        var (name, fallback) = definition.Parameters[index];
        if (index < arguments.Positional.Count)
        {
            return arguments.Positional[index];
        }

        if (named.TryGetValue(name, out var value))
        {
            return value;
        }

        return fallback is null ? new Undefined($"parameter '{name}' was not provided") : fallback.Evaluate(context, scope);
    }
}
