using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Rill.Text.Grammar.Numbers;

/// <summary>A number as JSON writes it, exactly: <paramref name="Unscaled"/> / 10^<paramref name="Scale"/>, in lowest terms.</summary>
internal readonly record struct JsonNumber(BigInteger Unscaled, int Scale) : IComparable<JsonNumber>
{
    private const int LargestExponent = 400;

    /// <summary>True when it is whole.</summary>
    public bool IsWhole => Scale == 0;

    /// <summary>Reads a number; null when its exponent is larger than any that counts.</summary>
    public static JsonNumber? Read(JsonElement value)
    {
        var text = value.GetRawText();
        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = 0;
        if (exponentAt >= 0
            && (!int.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs(exponent) > LargestExponent))
        {
            return null;
        }

        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? mantissa : mantissa.Remove(point, 1);
        return digits.Length > 2 * LargestExponent ? null
            : Of(BigInteger.Parse(digits, CultureInfo.InvariantCulture), (point < 0 ? 0 : mantissa.Length - point - 1) - exponent);
    }

    /// <inheritdoc/>
    public int CompareTo(JsonNumber other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return UnscaledAt(scale).CompareTo(other.UnscaledAt(scale));
    }

    /// <summary>True when it is a whole number of times another, which is more than 0.</summary>
    public bool IsMultipleOf(JsonNumber unit)
    {
        var scale = Math.Max(Scale, unit.Scale);
        return UnscaledAt(scale) % unit.UnscaledAt(scale) == 0;
    }

    /// <summary>The digits before and after the point, without sign and without zeros at the outer ends ("0" before it for none).</summary>
    public (string Whole, string Fraction) Digits()
    {
        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        return (digits[..^Scale], digits[^Scale..]);
    }

    /// <summary>The shortest text without an exponent.</summary>
    public override string ToString()
    {
        var (whole, fraction) = Digits();
        return $"{(Unscaled.Sign < 0 ? "-" : "")}{whole}{(fraction.Length > 0 ? "." : "")}{fraction}";
    }

    private static JsonNumber Of(BigInteger unscaled, int scale)
    {
        if (scale < 0)
        {
            (unscaled, scale) = (unscaled * BigInteger.Pow(10, -scale), 0);
        }

        while (scale > 0 && unscaled % 10 == 0)
        {
            (unscaled, scale) = (unscaled / 10, scale - 1);
        }

        return new(unscaled, scale);
    }

    private BigInteger UnscaledAt(int scale) => Unscaled * BigInteger.Pow(10, scale - Scale);
}
