using System.Globalization;
using System.Numerics;

namespace Rill.Text.Jinja;

/// <summary>Python's arithmetic: integers without bounds (long while they fit), floats, and bools that count as 0 and 1.</summary>
internal static class PythonNumbers
{
    private const int LargestPowerBits = 1 << 16;
    private const int MostDigits = 4300;

    // Of the smallest base that is in use for long numbers; of larger ones the digits are fewer.
    private const int BitsInADigit = 4;

    public static bool IsNumber(object? value) => value is bool or long or BigInteger or double;

    public static bool IsInteger(object? value) => value is bool or long or BigInteger;

    public static double ToDouble(object value)
    {
        if (value is double number)
        {
            return number;
        }

        var converted = (double)ToBigInteger(value);
        return double.IsFinite(converted) ? converted : throw new ChatTemplateException("int too large to convert to float");
    }

    /// <summary>A number small enough to be an index, a count or a width.</summary>
    public static long ToIndex(object? value) => value switch
    {
        bool boolean => boolean ? 1 : 0,
        long number => number,
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"'{PythonValues.TypeName(value)}' object cannot be interpreted as an integer"),
    };

    public static int Compare(object left, object right) => left is double || right is double
        ? ToDouble(left).CompareTo(ToDouble(right))
        : ToBigInteger(left).CompareTo(ToBigInteger(right));

    public static object Negate(object? value) => value switch
    {
        double number => -number,
        Undefined undefined => throw undefined.Error(),
        _ when IsInteger(value) => Shrink(-ToBigInteger(value!)),
        _ => throw new ChatTemplateException($"bad operand type for unary -: '{PythonValues.TypeName(value)}'"),
    };

    /// <summary>Applies an arithmetic operator to two numbers.</summary>
    public static object Apply(string operation, object left, object right) =>
        left is double || right is double || operation == "/" || (operation == "**" && ToDouble(right) < 0)
            ? ApplyToDoubles(operation, ToDouble(left), ToDouble(right))
            : Shrink(ApplyToIntegers(operation, ToBigInteger(left), ToBigInteger(right)));

    /// <summary>An integer from text in a base, as int() reads it; null when it is none.</summary>
    public static object? ParseInteger(string text, int numberBase)
    {
        var digits = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var isNegative = digits.StartsWith('-');
        digits = digits.Length > 0 && digits[0] is '-' or '+' ? digits[1..] : digits;
        if (digits.Length > 2 && digits[0] == '0' && BaseOfPrefix(digits[1]) is var prefixBase && prefixBase > 0
            && (numberBase == prefixBase || numberBase == 0))
        {
            (digits, numberBase) = (digits[2..], prefixBase);
        }

        numberBase = numberBase == 0 ? 10 : numberBase;
        if (digits.Length > MostDigits)
        {
            return null;
        }

        RenderContext.ChargeNumber(digits.Length * BitsInADigit);

        var value = BigInteger.Zero;
        foreach (var digit in digits)
        {
            var worth = DigitWorth(digit);
            if (worth >= numberBase)
            {
                return null;
            }

            value = value * numberBase + worth;
        }

        return digits.Length == 0 ? null : Shrink(isNegative ? -value : value);
    }

    /// <summary>A float from text, as float() reads it; null when it is none.</summary>
    public static double? ParseDouble(string text)
    {
        var number = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var sign = number.StartsWith('-') ? -1 : 1;
        if (number.TrimStart('-', '+').ToUpperInvariant() is "INF" or "INFINITY")
        {
            return sign * double.PositiveInfinity;
        }

        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>The integer part of a float.</summary>
    public static object Truncate(double value) => double.IsFinite(value)
        ? Shrink(new BigInteger(Math.Truncate(value)))
        : throw new ChatTemplateException("cannot convert float NaN or infinity to integer");

    /// <summary>An integer's digits; as in Python, not more than 4300 of them.</summary>
    public static string Format(BigInteger value)
    {
        RenderContext.ChargeNumber(value.GetBitLength());
        var digits = value.ToString(CultureInfo.InvariantCulture);
        return digits.Length <= MostDigits + 1
            ? digits
            : throw new ChatTemplateException($"Exceeds the limit ({MostDigits} digits) for integer string conversion.");
    }

    /// <summary>The smallest form of an integer.</summary>
    public static object Shrink(BigInteger value)
    {
        if (value < long.MinValue || value > long.MaxValue)
        {
            return value;
        }

        return (long)value;
    }

    public static BigInteger ToBigInteger(object value) => value switch
    {
        bool boolean => boolean ? 1 : 0,
        long number => number,
        BigInteger number => number,
        _ => throw new ChatTemplateException($"'{PythonValues.TypeName(value)}' object cannot be interpreted as an integer"),
    };

    private static int BaseOfPrefix(char letter) => char.ToLowerInvariant(letter) switch
    {
        'x' => 16,
        'o' => 8,
        'b' => 2,
        _ => 0,
    };

    private static int DigitWorth(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'a' and <= 'z' => digit - 'a' + 10,
        >= 'A' and <= 'Z' => digit - 'A' + 10,
        _ => int.MaxValue,
    };

    private static double ApplyToDoubles(string operation, double left, double right)
    {
        if ((operation is "/" or "//" or "%" && right == 0) || (operation == "**" && left == 0 && right < 0))
        {
            throw new ChatTemplateException("division by zero");
        }

        return operation switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => left / right,
            "//" => Math.Floor(left / right),
            "%" => left - right * Math.Floor(left / right),
            "**" => Math.Pow(left, right),
            _ => throw new InvalidOperationException($"No operator {operation}."),
        };
    }

    private static BigInteger ApplyToIntegers(string operation, BigInteger left, BigInteger right)
    {
        if (operation is "//" or "%" && right.IsZero)
        {
            throw new ChatTemplateException("integer division or modulo by zero");
        }

        switch (operation)
        {
            case "+":
                CheckSize(Math.Max(left.GetBitLength(), right.GetBitLength()));
                return left + right;
            case "-":
                CheckSize(Math.Max(left.GetBitLength(), right.GetBitLength()));
                return left - right;
            case "*":
                CheckSize(left.GetBitLength() + right.GetBitLength());
                RenderContext.ChargeNumber(left.GetBitLength() + right.GetBitLength());
                return left * right;
            case "//":
                RenderContext.ChargeNumber(left.GetBitLength());
                return FloorDivide(left, right);
            case "%":
                RenderContext.ChargeNumber(left.GetBitLength());
                return left - right * FloorDivide(left, right);
            case "**":
                CheckSize(right > LargestPowerBits ? long.MaxValue : left.GetBitLength() * (long)right);
                RenderContext.ChargeNumber(left.GetBitLength() * (long)right);
                return BigInteger.Pow(left, (int)right);
            default:
                throw new InvalidOperationException($"No operator {operation}.");
        }
    }

    private static void CheckSize(long bits)
    {
        if (bits > LargestPowerBits)
        {
            throw new ChatTemplateException("The chat template computes a number that is too large.");
        }
    }

    private static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out var remainder);
        return !remainder.IsZero && remainder.Sign != right.Sign ? quotient - 1 : quotient;
    }
}
