using System.Globalization;
using System.Numerics;

namespace Rill.Text.Jinja;

/// <summary>Writes floats with a fixed number of decimals as Python does: rounded from the exact value, ties to even.</summary>
internal static class FixedPoint
{
    private const int MantissaBits = 52;
    private const int LargestDoubleBits = 1024;
    private const int BitsInADecimal = 4;

    public static string Format(double value, int decimals)
    {
        if (!double.IsFinite(value))
        {
            return PythonText.FormatDouble(value);
        }

        RenderContext.ChargeNumber(LargestDoubleBits + (long)decimals * BitsInADecimal);
        var digits = RoundScaled(Math.Abs(value), decimals).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = double.IsNegative(value) ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits.AsSpan(0, digits.Length - decimals)}.{digits.AsSpan(digits.Length - decimals)}";
    }

    /// <summary>value times 10 to the power of decimals, as the nearest integer.</summary>
    private static BigInteger RoundScaled(double value, int decimals)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)(bits >> MantissaBits);
        var mantissa = bits & ((1L << MantissaBits) - 1);
        var exponent = Math.Max(biased, 1) - 1023 - MantissaBits;
        var scaled = (biased == 0 ? mantissa : mantissa | 1L << MantissaBits) * BigInteger.Pow(10, decimals);
        if (exponent >= 0)
        {
            return scaled << exponent;
        }

        var quotient = scaled >> -exponent;
        var twice = (scaled - (quotient << -exponent)) << 1;
        var one = BigInteger.One << -exponent;
        return twice > one || (twice == one && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
