using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// target[i] += sum over k of factors[k] * rows[k, i]: the B of a low-rank adapter, transposed, for one row. Each element is one chain of fused
/// multiply-adds in ascending k, added at the end: its bits depend neither on its neighbours nor on how elements are shared out.
/// </summary>
internal static unsafe class AdapterKernel
{
    private const int Lanes = 16;
    private const int Wide = 4 * Lanes;    // four chains at once: one alone would wait for itself

    /// <summary>Adds to some elements.</summary>
    /// <param name="factors">[rank].</param>
    /// <param name="rank">Rows.</param>
    /// <param name="rows">[rank, width], of which the elements from <paramref name="first"/> on are taken.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="first">The first element.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">Where the first of them is added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddCombination<T>(float* factors, int rank, void* rows, nint width, nint first, int count, float* target) where T : IElements
    {
        var i = 0;
        for (; i <= count - Wide; i += Wide)
        {
            Vector512<float> a = default, b = default, c = default, d = default;
            var place = first + i;
            for (var k = 0; k < rank; k++, place += width)
            {
                var factor = Vector512.Create(factors[k]);
                a = Vector512.FusedMultiplyAdd(factor, T.Load(rows, place), a);
                b = Vector512.FusedMultiplyAdd(factor, T.Load(rows, place + Lanes), b);
                c = Vector512.FusedMultiplyAdd(factor, T.Load(rows, place + (2 * Lanes)), c);
                d = Vector512.FusedMultiplyAdd(factor, T.Load(rows, place + (3 * Lanes)), d);
            }

            (Vector512.Load(target + i) + a).Store(target + i);
            (Vector512.Load(target + i + Lanes) + b).Store(target + i + Lanes);
            (Vector512.Load(target + i + (2 * Lanes)) + c).Store(target + i + (2 * Lanes));
            (Vector512.Load(target + i + (3 * Lanes)) + d).Store(target + i + (3 * Lanes));
        }

        for (; i <= count - Lanes; i += Lanes)
        {
            Vector512<float> sum = default;
            for (var k = 0; k < rank; k++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(factors[k]), T.Load(rows, first + (k * width) + i), sum);
            }

            (Vector512.Load(target + i) + sum).Store(target + i);
        }

        for (; i < count; i++)
        {
            var sum = 0f;
            for (var k = 0; k < rank; k++)
            {
                sum = MathF.FusedMultiplyAdd(factors[k], T.LoadOne(rows, first + (k * width) + i), sum);
            }

            target[i] += sum;
        }
    }
}
