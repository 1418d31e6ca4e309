using System.Globalization;
using System.Numerics;

namespace Rill.Text.Jinja;

/// <summary>Filters that give numbers.</summary>
internal static class NumberFilters
{
    public static IEnumerable<Function> All =>
    [
        new("int", "default? base?", ToInteger),
        new("float", "default?", ToFloat),
        new("abs", "", Absolute),
        new("round", "precision? method?", Round),
    ];

    private static object? ToInteger(BoundCall call)
    {
        var fallback = call.Or(0, 0L);
        return call.Value switch
        {
            Undefined undefined => throw undefined.Error(),
            double number when double.IsFinite(number) => PythonNumbers.Truncate(number),
            JinjaText text => PythonNumbers.ParseInteger(text.Value, (int)call.Integer(1, 10))
                ?? (PythonNumbers.ParseDouble(text.Value) is { } number && double.IsFinite(number)
                    ? PythonNumbers.Truncate(number)
                    : fallback),
            _ when PythonNumbers.IsInteger(call.Value) => PythonNumbers.Shrink(PythonNumbers.ToBigInteger(call.Value!)),
            _ => fallback,
        };
    }

    private static object? ToFloat(BoundCall call) => call.Value switch
    {
        Undefined undefined => throw undefined.Error(),
        JinjaText text => PythonNumbers.ParseDouble(text.Value) ?? call.Or(0, 0.0),
        _ when PythonNumbers.IsNumber(call.Value) => PythonNumbers.ToDouble(call.Value!),
        _ => call.Or(0, 0.0),
    };

    private static object Absolute(BoundCall call) => call.Value switch
    {
        double number => Math.Abs(number),
        _ when PythonNumbers.IsInteger(call.Value) => PythonNumbers.Shrink(BigInteger.Abs(PythonNumbers.ToBigInteger(call.Value!))),
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"bad operand type for abs(): '{PythonValues.TypeName(call.Value)}'"),
    };

    private static object? Round(BoundCall call)
    {
        if (!PythonNumbers.IsNumber(call.Value))
        {
            throw new ChatTemplateException($"type {PythonValues.TypeName(call.Value)} doesn't define __round__ method");
        }

        const int MostDecimals = 300;
        var decimals = (int)Math.Clamp(call.Integer(0, 0), -MostDecimals, MostDecimals);
        var method = PythonText.Str(call.Or(1, JinjaText.OfTemplate("common"))).Value;
        if (method == "common" && decimals >= 0)
        {
            return PythonNumbers.IsInteger(call.Value)
                ? PythonNumbers.Shrink(PythonNumbers.ToBigInteger(call.Value!))
                : double.Parse(FixedPoint.Format((double)call.Value!, decimals), CultureInfo.InvariantCulture);
        }

        var scale = Math.Pow(10, decimals);
        var scaled = PythonNumbers.ToDouble(call.Value!) * scale;
        return method switch
        {
            "common" when PythonNumbers.IsInteger(call.Value) =>
                PythonNumbers.Truncate(Math.Round(scaled, MidpointRounding.ToEven) / scale),
            "common" => Math.Round(scaled, MidpointRounding.ToEven) / scale,
            "ceil" => Math.Ceiling(scaled) / scale,
            "floor" => Math.Floor(scaled) / scale,
            _ => throw new ChatTemplateException("method must be common, ceil or floor"),
        };
    }
}
