using System.Numerics;
using System.Text;

namespace Rill.Text.Jinja;

/// <summary>Python's view of the interpreter's values: their types, truth, length and items.</summary>
internal static class PythonValues
{
    /// <summary>The name of a value's Python type.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        JinjaText => "str",
        ListValue list => list.IsTuple ? "tuple" : "list",
        DictValue => "dict",
        RangeValue => "range",
        SequenceOnce => "generator",
        Undefined => "Undefined",
        NamespaceValue => "Namespace",
        MacroValue => "Macro",
        LoopValue => "LoopContext",
        TemplateReference => "TemplateReference",
        _ => "builtin_function_or_method",
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool boolean => boolean,
        long number => number != 0,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        JinjaText text => text.Length > 0,
        ListValue list => list.Items.Count > 0,
        DictValue dict => dict.Count > 0,
        RangeValue range => range.Count > 0,
        _ => true,
    };

    /// <summary>len(): code points for a string.</summary>
    public static long Length(object? value) => value switch
    {
        Undefined => 0,
        JinjaText text => PythonText.CodePointCount(text.Value),
        ListValue list => list.Items.Count,
        DictValue dict => dict.Count,
        RangeValue range => range.Count,
        LoopValue loop => loop.Length,
        _ => throw new ChatTemplateException($"object of type '{TypeName(value)}' has no len()"),
    };

    /// <summary>The items that iterating a value gives: keys of a dict, characters of a string.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        Undefined => [],
        JinjaText text => PythonText.Characters(text),
        ListValue list => list.Items,
        SequenceOnce sequence => sequence.Items,
        DictValue dict => [.. dict.Keys],
        RangeValue range => range.Items,
        _ => throw new ChatTemplateException($"'{TypeName(value)}' object is not iterable"),
    };

    public static bool IsIterable(object? value) =>
        value is Undefined or JinjaText or ListValue or SequenceOnce or DictValue or RangeValue;
}
