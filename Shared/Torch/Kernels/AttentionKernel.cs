using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Kernels;

/// <summary>
/// Attention of one token over the keys and values of its own slot, [position, key/value head, headDim]. Query heads that share a
/// key/value head are computed together, so that each key is read once.
/// </summary>
internal static unsafe class AttentionKernel
{
    private const int Lanes = 16;

    [ThreadStatic]
    private static float[]? t_scores;

    /// <summary>Computes softmax(query · keys) · values for one key/value head and its group of query heads.</summary>
    /// <param name="queries">The group's queries, [group, headDim], rotated and divided by sqrt(headDim).</param>
    /// <param name="keys">The first key to attend to.</param>
    /// <param name="values">The first value to attend to.</param>
    /// <param name="count">Positions to attend to, at least 1.</param>
    /// <param name="stride">Elements from one position to the next.</param>
    /// <param name="group">Query heads.</param>
    /// <param name="headDim">Width of a head.</param>
    /// <param name="target">The result, [group, headDim].</param>
    public static void Attend<T>(float* queries, void* keys, void* values, int count, int stride, int group, int headDim, void* target)
        where T : IElements
    {
        var row = (count + Lanes - 1) / Lanes * Lanes;
        fixed (float* scores = Scratch(row * group))
        {
            Score<T>(queries, keys, count, stride, group, headDim, scores, row);
            for (var head = 0; head < group; head++)
            {
                var sum = Exponentials(scores + (head * row), count, row);
                Mix<T>(scores + (head * row), values, count, stride, headDim, 1 / sum, (byte*)target + (head * headDim * T.Size));
            }
        }
    }

    private static float[] Scratch(int size)
    {
        if (t_scores is null || t_scores.Length < size)
        {
            t_scores = new float[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size)];
        }

        return t_scores;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score<T>(float* queries, void* keys, int count, int stride, int group, int headDim, float* scores, int row)
        where T : IElements
    {
        for (var position = 0; position < count; position++)
        {
            var key = (byte*)keys + ((nint)position * stride * T.Size);
            for (var head = 0; head < group; head++)
            {
                scores[(head * row) + position] = RowKernels.Dot<T>(queries + (head * headDim), key, headDim);
            }
        }
    }

    /// <summary>scores = exp(scores - max); returns their sum. The padding up to <paramref name="row"/> becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials(float* scores, int count, int row)
    {
        new Span<float>(scores + count, row - count).Fill(float.NegativeInfinity);
        var highest = Vector512.Load(scores);
        for (var i = Lanes; i < row; i += Lanes)
        {
            highest = Vector512.Max(highest, Vector512.Load(scores + i));
        }

        var maximum = float.NegativeInfinity;
        for (var lane = 0; lane < Lanes; lane++)
        {
            maximum = MathF.Max(maximum, highest[lane]);
        }

        var sum = Vector512<float>.Zero;
        for (var i = 0; i < row; i += Lanes)
        {
            var exponential = Vector512.Exp(Vector512.Load(scores + i) - Vector512.Create(maximum));
            exponential.Store(scores + i);
            sum += exponential;
        }

        return Vector512.Sum(sum);
    }

    /// <summary>target = scale * sum over positions of weight * value, in columns of up to 64 that stay in registers.</summary>
    private static void Mix<T>(float* weights, void* values, int count, int stride, int headDim, float scale, void* target) where T : IElements
    {
        var column = 0;
        for (; column <= headDim - (4 * Lanes); column += 4 * Lanes)
        {
            MixFour<T>(weights, values, count, stride, column, scale, target);
        }

        for (; column <= headDim - Lanes; column += Lanes)
        {
            MixOne<T>(weights, values, count, stride, column, scale, target);
        }

        for (; column < headDim; column++)
        {
            var sum = 0f;
            for (nint position = 0; position < count; position++)
            {
                sum += weights[position] * T.LoadOne(values, (position * stride) + column);
            }

            T.StoreOne(sum * scale, target, column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixFour<T>(float* weights, void* values, int count, int stride, int column, float scale, void* target) where T : IElements
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (nint position = 0; position < count; position++)
        {
            var weight = Vector512.Create(weights[position]);
            var value = (position * stride) + column;
            a = Vector512.FusedMultiplyAdd(weight, T.Load(values, value), a);
            b = Vector512.FusedMultiplyAdd(weight, T.Load(values, value + Lanes), b);
            c = Vector512.FusedMultiplyAdd(weight, T.Load(values, value + (2 * Lanes)), c);
            d = Vector512.FusedMultiplyAdd(weight, T.Load(values, value + (3 * Lanes)), d);
        }

        T.Store(a * scale, target, column);
        T.Store(b * scale, target, column + Lanes);
        T.Store(c * scale, target, column + (2 * Lanes));
        T.Store(d * scale, target, column + (3 * Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixOne<T>(float* weights, void* values, int count, int stride, int column, float scale, void* target) where T : IElements
    {
        Vector512<float> sum = default;
        for (nint position = 0; position < count; position++)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[position]), T.Load(values, (position * stride) + column), sum);
        }

        T.Store(sum * scale, target, column);
    }
}
