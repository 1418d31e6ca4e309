using System.Numerics;

namespace Rill.Text.Jinja;

/// <summary>The tests (x is name), by name.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Function> s_tests = All().ToDictionary(test => test.Name);

    private static readonly Dictionary<string, string> s_aliases = new()
    {
        ["=="] = "eq",
        ["equalto"] = "eq",
        ["!="] = "ne",
        ["<"] = "lt",
        ["lessthan"] = "lt",
        ["<="] = "le",
        [">"] = "gt",
        ["greaterthan"] = "gt",
        [">="] = "ge",
    };

    public static Function? Find(string name) => s_tests.GetValueOrDefault(s_aliases.GetValueOrDefault(name, name));

    private static IEnumerable<Function> All() =>
    [
        Test("defined", value => value is not Undefined),
        Test("undefined", value => value is Undefined),
        Test("none", value => value is null),
        Test("true", value => value is true),
        Test("false", value => value is false),
        Test("boolean", value => value is bool),
        Test("integer", value => value is long or BigInteger),
        Test("float", value => value is double),
        Test("number", PythonNumbers.IsNumber),
        Test("string", value => value is JinjaText),
        Test("mapping", value => value is DictValue),
        Test("sequence", value => value is Undefined or JinjaText or ListValue or DictValue or RangeValue),
        Test("iterable", PythonValues.IsIterable),
        Test("callable", value => value is CallableValue or Undefined),
        Test("odd", value => LeavesRest(value, 2L, 1L)),
        Test("even", value => LeavesRest(value, 2L, 0L)),
        Test("lower", value => TextCase.IsLower(PythonText.Str(value).Value)),
        Test("upper", value => TextCase.IsUpper(PythonText.Str(value).Value)),
        Test("filter", value => value is JinjaText name && Filters.Find(name.Value) is not null),
        Test("test", value => value is JinjaText name && Find(name.Value) is not null),
        Test("escaped", _ => false),
        new("divisibleby", "num", call => LeavesRest(call.Value, call[0], 0L)),
        new("sameas", "other", call => IsSame(call.Value, call[0])),
        new("in", "seq", call => PythonComparison.Contains(call[0], call.Value)),
        new("eq", "other", call => PythonComparison.AreEqual(call.Value, call[0])),
        new("ne", "other", call => !PythonComparison.AreEqual(call.Value, call[0])),
        new("lt", "other", call => PythonComparison.Compare(call.Value, call[0]) < 0),
        new("le", "other", call => PythonComparison.Compare(call.Value, call[0], "<=") <= 0),
        new("gt", "other", call => PythonComparison.Compare(call.Value, call[0], ">") > 0),
        new("ge", "other", call => PythonComparison.Compare(call.Value, call[0], ">=") >= 0),
    ];

    private static Function Test(string name, Func<object?, bool> test) => new(name, "", call => test(call.Value));

    private static bool LeavesRest(object? value, object? divisor, long rest)
    {
        if (value is Undefined undefined)
        {
            throw undefined.Error();
        }

        return PythonNumbers.IsNumber(value) && PythonNumbers.IsNumber(divisor)
            ? PythonComparison.AreEqual(PythonNumbers.Apply("%", value!, divisor!), rest)
            : throw new ChatTemplateException(
                $"unsupported operand type(s) for %: '{PythonValues.TypeName(value)}' and '{PythonValues.TypeName(divisor)}'");
    }

    private static bool IsSame(object? left, object? right) => left is bool or long or null
        ? Equals(left, right)
        : ReferenceEquals(left, right) || (left is JinjaText text && text.Equals(right as JinjaText));
}
