namespace Rill.Text.Jinja;

/// <summary>Filters that take another filter or test: map, select and their kin.</summary>
internal static class SelectionFilters
{
    public static IEnumerable<Function> All =>
    [
        new("map", "*", Map),
        new("select", "*", call => Choose(call, hasAttribute: false, keeps: true)),
        new("reject", "*", call => Choose(call, hasAttribute: false, keeps: false)),
        new("selectattr", "*", call => Choose(call, hasAttribute: true, keeps: true)),
        new("rejectattr", "*", call => Choose(call, hasAttribute: true, keeps: false)),
    ];

    /// <summary>The items to go through; these filters take anything false for nothing, none too.</summary>
    private static IReadOnlyList<object?> Items(BoundCall call) => PythonValues.IsTrue(call.Value) ? call.Sequence : [];

    private static SequenceOnce Map(BoundCall call)
    {
        var arguments = call.Arguments;
        if (arguments.Positional.Count == 0)
        {
            var path = Named(arguments, "attribute") ?? throw new ChatTemplateException("map requires a filter argument");
            var fallback = Named(arguments, "default");
            var values = Items(call).Select(item => Attributes.GetPath(item, path));
            return new([.. values.Select(value => value is Undefined ? fallback ?? value : value)]);
        }

        var name = PythonText.Str(arguments.Positional[0]).Value;
        var filter = Filters.Find(name) ?? throw new ChatTemplateException($"No filter named '{name}'.");
        var rest = new CallArguments([.. arguments.Positional.Skip(1)], arguments.Named);
        return new([.. Items(call).Select(item => filter.Call(call.Context, item, rest))]);
    }

    private static SequenceOnce Choose(BoundCall call, bool hasAttribute, bool keeps)
    {
        var positional = call.Arguments.Positional;
        var skip = hasAttribute ? 1 : 0;
        if (positional.Count < skip)
        {
            throw new ChatTemplateException("Missing parameter for attribute name");
        }

        Func<object?, bool> test = PythonValues.IsTrue;
        if (positional.Count > skip)
        {
            var name = PythonText.Str(positional[skip]).Value;
            var function = Tests.Find(name) ?? throw new ChatTemplateException($"No test named '{name}'.");
            var rest = new CallArguments([.. positional.Skip(skip + 1)], call.Arguments.Named);
            test = item => PythonValues.IsTrue(function.Call(call.Context, item, rest));
        }

        return new([.. Items(call).Where(item => test(hasAttribute ? Attributes.GetPath(item, positional[0]) : item) == keeps)]);
    }

    private static object? Named(CallArguments arguments, string name) =>
        arguments.Named.FirstOrDefault(argument => argument.Name == name).Value;
}
