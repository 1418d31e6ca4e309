using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>Vector arithmetic over a row of logits. Results depend on the row's content and length only, never on its address.</summary>
internal static unsafe class VectorMath
{
    private const int Lanes = 16;

    /// <summary>The index of the first largest value; NaN is never larger.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int IndexOfMax(ReadOnlySpan<float> values)
    {
        var index = values.IndexOf(Max(values));
        return Math.Max(index, 0);
    }

    /// <summary>The largest value; minus infinity when all are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(ReadOnlySpan<float> values)
    {
        var maximum = float.NegativeInfinity;
        var i = 0;
        if (values.Length >= Lanes)
        {
            var highest = Vector512.Create(values);
            for (i = Lanes; i <= values.Length - Lanes; i += Lanes)
            {
                highest = Vector512.MaxNumber(highest, Vector512.Create(values[i..]));
            }

            for (var lane = 0; lane < Lanes; lane++)
            {
                maximum = float.MaxNumber(maximum, highest[lane]);
            }
        }

        for (; i < values.Length; i++)
        {
            maximum = float.MaxNumber(maximum, values[i]);
        }

        return maximum;
    }

    /// <summary>values /= divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(Span<float> values, float divisor)
    {
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            (Vector512.Create<float>(values[i..]) / divisor).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] /= divisor;
        }
    }

    /// <summary>target = exp(values - offset); returns the sum. Minus infinity gives 0; the offset must be finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Exponentials(ReadOnlySpan<float> values, float offset, Span<float> target)
    {
        var offsets = Vector512.Create(offset);
        var sum = 0.0;
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            var exponentials = Vector512.Exp(Vector512.Create(values[i..]) - offsets);
            exponentials.CopyTo(target[i..]);
            sum += Vector512.Sum(exponentials);
        }

        // The rest through the same vector function: equal logits must get equal weights wherever they stand.
        Span<float> rest = stackalloc float[Lanes];
        rest.Fill(float.NegativeInfinity);
        values[i..].CopyTo(rest);
        var last = Vector512.Exp(Vector512.Create<float>(rest) - offsets);
        last.CopyTo(rest);
        rest[..(values.Length - i)].CopyTo(target[i..]);
        return sum + Vector512.Sum(last);
    }

    /// <summary>The largest of sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        quarter = Vector128.Max(quarter, Vector128.Shuffle(quarter, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(quarter[0], quarter[1]);
    }
}
