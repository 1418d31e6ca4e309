namespace Rill.Models.Packed;

/// <summary>Numbers of 4 and 8 bits, by their bits.</summary>
internal static class SmallFloats
{
    /// <summary>
    /// E4M3FN (OCP 8-bit floating point): sign, 4 bits of exponent (bias 7), 3 of mantissa; no infinities, S.1111.111 is no number.
    /// </summary>
    public static readonly float[] E4M3 = [.. Enumerable.Range(0, 256).Select(OfE4M3)];

    /// <summary>E2M1 (OCP microscaling): 0, 0.5, 1, 1.5, 2, 3, 4, 6, and from 8 on their negatives.</summary>
    public static readonly float[] E2M1 = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <summary>Whole numbers from -128 to 127.</summary>
    public static readonly float[] Int8 = [.. Enumerable.Range(0, 256).Select(bits => (float)(sbyte)bits)];

    /// <summary>E8M0 (OCP microscaling): 2^(bits - 127).</summary>
    public static float E8M0(byte bits) => MathF.ScaleB(1, bits - 127);

    private static float OfE4M3(int bits)
    {
        var (exponent, mantissa) = ((bits >> 3) & 15, bits & 7);
        var size = (exponent, mantissa) switch
        {
            (15, 7) => float.NaN,
            (0, _) => MathF.ScaleB(mantissa, -9),
            _ => MathF.ScaleB(8 + mantissa, exponent - 10),
        };
        return (bits & 128) == 0 ? size : -size;
    }
}
