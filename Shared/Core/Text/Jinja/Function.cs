namespace Rill.Text.Jinja;

/// <summary>A filter, test, method or global function: its parameters and what it does.</summary>
internal sealed class Function
{
    private readonly string _name;
    private readonly string[]? _parameters;
    private readonly int _required;
    private readonly Func<BoundCall, object?> _body;

    /// <param name="name">Its name.</param>
    /// <param name="parameters">Its parameters' names apart by spaces, optional ones ending in '?'; "*" takes whatever comes.</param>
    /// <param name="body">What it does.</param>
    public Function(string name, string parameters, Func<BoundCall, object?> body)
    {
        (_name, _body) = (name, body);
        if (parameters != "*")
        {
            var names = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            _required = names.Count(parameter => !parameter.EndsWith('?'));
            _parameters = [.. names.Select(parameter => parameter.TrimEnd('?'))];
        }
    }

    public string Name => _name;

    public object? Call(RenderContext context, object? value, CallArguments arguments)
    {
        // What looks at a text may look at all of it.
        RenderContext.Charge((value as JinjaText)?.Length ?? 0);
        return _body(new(context, value, _parameters is null ? [] : Match(_parameters, arguments), arguments));
    }

    private object?[] Match(string[] parameters, CallArguments arguments)
    {
        if (arguments.Positional.Count > parameters.Length)
        {
            throw new ChatTemplateException(
                $"{_name} takes at most {parameters.Length} arguments ({arguments.Positional.Count} given)");
        }

        var items = new object?[parameters.Length];
        Array.Fill(items, BoundCall.Absent);
        for (var index = 0; index < arguments.Positional.Count; index++)
        {
            items[index] = arguments.Positional[index];
        }

        foreach (var (name, value) in arguments.Named)
        {
            var index = Array.IndexOf(parameters, name);
            items[index >= 0 ? index : throw new ChatTemplateException($"{_name} got an unexpected keyword argument '{name}'")] = value;
        }

        var missing = Array.IndexOf(items, BoundCall.Absent, 0, _required);
        return missing < 0 ? items : throw new ChatTemplateException($"{_name} lacks its argument '{parameters[missing]}'");
    }
}
