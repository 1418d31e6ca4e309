using System.Numerics;

namespace Rill.Text.Jinja;

/// <summary>The methods of Python's built-in types.</summary>
internal static class Methods
{
    private static readonly Dictionary<string, Function> s_text = ByName(TextMethods.All);
    private static readonly Dictionary<string, Function> s_dict = ByName(DictMethods);
    private static readonly Dictionary<string, Function> s_tuple = ByName(TupleMethods);
    private static readonly Dictionary<string, Function> s_list = ByName([.. TupleMethods, .. ListMethods]);
    private static readonly Dictionary<string, Function> s_integer = ByName(IntegerMethods);
    private static readonly Dictionary<string, Function> s_float = ByName(FloatMethods);

    /// <summary>The method of a value, or null when its type has none of this name.</summary>
    public static Function? Find(object? value, string name) => (value switch
    {
        JinjaText => s_text,
        DictValue => s_dict,
        ListValue list => list.IsTuple ? s_tuple : s_list,
        long or BigInteger or bool => s_integer,
        double => s_float,
        _ => null,
    })?.GetValueOrDefault(name);

    private static Dictionary<string, Function> ByName(IEnumerable<Function> functions) =>
        functions.ToDictionary(function => function.Name);

    private static IEnumerable<Function> DictMethods =>
    [
        new("get", "key default?", call => Dict(call).TryGet(call[0], out var value) ? value : call.Or(1, null)),
        new("items", "", call => new ListValue([.. Dict(call).Items.Select(item => ListValue.Tuple(item.Key, item.Value))])),
        new("keys", "", call => new ListValue([.. Dict(call).Keys])),
        new("values", "", call => new ListValue([.. Dict(call).Values])),
        new("copy", "", call => call.Value),
    ];

    private static IEnumerable<Function> TupleMethods =>
    [
        new("index", "value", call => IndexOf(call)),
        new("count", "value", call => (long)call.Sequence.Count(item => PythonComparison.AreEqual(item, call[0]))),
    ];

    private static IEnumerable<Function> ListMethods =>
    [
        new("copy", "", call => new ListValue(call.Sequence)),
        new("append", "item", Append),
        new("pop", "index?", call => ((ListValue)call.Value!).Pop(call.Integer(0, -1))),
    ];

    private static IEnumerable<Function> IntegerMethods =>
    [
        new("bit_length", "", call => BigInteger.Abs(PythonNumbers.ToBigInteger(call.Value!)).GetBitLength()),
    ];

    private static IEnumerable<Function> FloatMethods =>
    [
        new("is_integer", "", call => double.IsInteger((double)call.Value!)),
    ];

    private static DictValue Dict(BoundCall call) => (DictValue)call.Value!;

    private static object? Append(BoundCall call)
    {
        ((ListValue)call.Value!).Append(call[0]);
        return null;
    }

    private static long IndexOf(BoundCall call)
    {
        var items = call.Sequence;
        for (var index = 0; index < items.Count; index++)
        {
            if (PythonComparison.AreEqual(items[index], call[0]))
            {
                return index;
            }
        }

        throw new ChatTemplateException($"{PythonText.Repr(call[0])} is not in list");
    }
}
