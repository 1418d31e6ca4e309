using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Finds the step of which 32 neighbouring weights of a packed checkpoint are whole multiples: its scale, or a part of it. It is looked for in
/// the weights themselves, so that no format needs a way of its own, and what is found can be checked: the largest weight is some multiple,
/// and the step is right when all others are multiples, too. One per row, as neighbours mostly share their step.
/// </summary>
internal unsafe struct WholeSteps
{
    // In f32, multiples of up to 255 of a step err by 2^-15 of it, and 31 other numbers all come as close to a multiple only if they are one.
    private const float Tolerance = 1f / 1024;

    // A row in which so many blocks in turn have no step is taken for one whose format has none, as looking costs time.
    private const int MostMisses = 4;

    private float _step;
    private int _misses;

    /// <summary>The step; 0 where there is none with which every multiple is within the bounds.</summary>
    /// <param name="values">32 weights.</param>
    /// <param name="extreme">The one of largest magnitude, not 0.</param>
    /// <param name="largest">The largest magnitude of a multiple.</param>
    /// <param name="lowest">The least code.</param>
    /// <param name="highest">The largest code.</param>
    public float Find(float* values, float extreme, int largest, float lowest, float highest)
    {
        if (AreMultiples(values, _step) && Within(values, _step, lowest, highest) is not 0 and var known)
        {
            return known;
        }

        if (_misses == MostMisses)
        {
            return 0;
        }

        for (var multiple = Math.Min(largest, (int)-lowest); multiple > 0; multiple--)
        {
            var step = MathF.Abs(extreme) / multiple;
            if (AreMultiples(values, step) && Within(values, step, lowest, highest) is not 0 and var found)
            {
                var sign = found > 0 ? 1 : -1;
                (_step, _misses) = (sign * OfBFloat16(values, MathF.Abs(extreme), multiple), 0);
                return _step;
            }
        }

        _misses++;
        return 0;
    }

    /// <summary>True when the weights are the multiples of a step to the bit.</summary>
    public static bool AreExact(float* values, float step)
    {
        var inverse = 1 / step;
        return (Vector512.Round(Vector512.Load(values) * inverse) * step == Vector512.Load(values))
            && (Vector512.Round(Vector512.Load(values + 16) * inverse) * step == Vector512.Load(values + 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreMultiples(float* values, float step)
    {
        var inverse = 1 / step;
        if (!float.IsNormal(step) || !float.IsFinite(inverse))
        {
            return false;
        }

        var (first, second) = (Vector512.Load(values) * inverse, Vector512.Load(values + 16) * inverse);
        var off = Vector512.Max(Vector512.Abs(first - Vector512.Round(first)), Vector512.Abs(second - Vector512.Round(second)));
        return Vector512.LessThanAll(off, Vector512.Create(Tolerance));
    }

    /// <summary>The step with the sign that brings all multiples within the bounds; 0 where none does.</summary>
    private static float Within(float* values, float step, float lowest, float highest)
    {
        var inverse = 1 / step;
        var (first, second) = (Vector512.Load(values) * inverse, Vector512.Load(values + 16) * inverse);
        var most = VectorMath.Largest(Vector512.Round(Vector512.Max(first, second)));
        var least = -VectorMath.Largest(-Vector512.Round(Vector512.Min(first, second)));
        return least >= lowest && most <= highest ? step : -most >= lowest && -least <= highest ? -step : 0;
    }

    /// <summary>
    /// A step may be a multiple or a part of another one that does, too. This is the coarsest that bf16 holds, as a scale has to be; where
    /// none does, the one that was found.
    /// </summary>
    /// <param name="values">32 multiples of extreme / multiple.</param>
    /// <param name="extreme">The largest magnitude.</param>
    /// <param name="multiple">How many steps it has; no finer step is to be taken.</param>
    private static float OfBFloat16(float* values, float extreme, int multiple)
    {
        var step = extreme / multiple;
        var divisor = multiple;    // of all multiples
        for (var i = 0; i < QuantizedMatrix.BlockInner && divisor != 1; i++)
        {
            for (var rest = (int)MathF.Round(MathF.Abs(values[i] / step)); rest != 0;)
            {
                (divisor, rest) = (rest, divisor % rest);
            }
        }

        for (int least = multiple / divisor, steps = least; steps <= multiple; steps += least)
        {
            if ((BitConverter.SingleToUInt32Bits(extreme / steps) & 0xFFFF) == 0)
            {
                return extreme / steps;
            }
        }

        return step;
    }
}
