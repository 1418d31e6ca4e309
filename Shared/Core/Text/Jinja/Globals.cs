namespace Rill.Text.Jinja;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    private static readonly BoundFunction[] s_functions = [.. All().Select(function => new BoundFunction(function))];

    public static Scope NewScope()
    {
        var scope = new Scope(parent: null);
        foreach (var function in s_functions)
        {
            scope.Set(function.Function.Name, function);
        }

        scope.Set("self", TemplateReference.Instance);
        return scope;
    }

    private static IEnumerable<Function> All() =>
    [
        new("range", "*", Range),
        new("namespace", "*", call => Namespace(call)),
        new("dict", "*", MakeDict),
        new("raise_exception", "message", call => throw new ChatTemplateException(PythonText.Str(call[0]).Value) { IsRefusal = true }),
        new("strftime_now", "format", call => PythonTime.Format(call.TextAt(0), call.Context.Now)),
        new("joiner", "sep?", call => new JoinerValue(PythonText.Str(call.Or(0, JinjaText.OfTemplate(", "))))),
        new("cycler", "*", call => new CyclerValue(call.Arguments.Positional)),
        new("lipsum", "*", _ => throw new ChatTemplateException("lipsum is not available in chat templates")),
    ];

    private static RangeValue Range(BoundCall call)
    {
        var bounds = call.Arguments.Positional.Select(PythonNumbers.ToIndex).ToArray();
        var range = bounds switch
        {
            [var stop] => new RangeValue(0, stop, 1),
            [var start, var stop] => new RangeValue(start, stop, 1),
            [var start, var stop, not 0 and var step] => new RangeValue(start, stop, step),
            _ => throw new ChatTemplateException("range expects 1 to 3 integers, the third not zero"),
        };
        return range.Count <= RangeValue.LongestRange
            ? range
            : throw new ChatTemplateException($"Range too big. The sandbox blocks ranges larger than {RangeValue.LongestRange}.");
    }

    private static NamespaceValue Namespace(BoundCall call)
    {
        var result = new NamespaceValue();
        Fill(result.Attributes, call);
        return result;
    }

    private static DictValue MakeDict(BoundCall call)
    {
        var result = new DictValue();
        Fill(result, call);
        return result;
    }

    private static void Fill(DictValue target, BoundCall call)
    {
        foreach (var (key, value) in call.Arguments.Positional.SelectMany(source => Pairs(source, call.Context)))
        {
            target.Set(key, value);
        }

        foreach (var (name, value) in call.Arguments.Named)
        {
            // A name may come from a spread dict (**) of the request.
            target.Set(JinjaText.OfRequest(name), value);
        }
    }

    private static IEnumerable<(object? Key, object? Value)> Pairs(object? source, RenderContext context) => source is DictValue dict
        ? dict.Items
        : context.Iterate(source).Select(item => context.Iterate(item) is [var key, var value]
            ? (key, value)
            : throw new ChatTemplateException("dictionary update sequence elements must have length 2"));
}
