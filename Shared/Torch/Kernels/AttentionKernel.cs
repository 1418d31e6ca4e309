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
    public static void Attend<T>(float* queries, void* keys, void* values, int count, int stride, int group, int headDim, float* target)
        where T : IElements
    {
        var row = (count + Lanes - 1) / Lanes * Lanes;
        var scales = stackalloc float[group];
        fixed (float* scores = Scratch(row * group))
        {
            // scores[head, position] = queries[head] · keys[position]
            MatrixKernel.Multiply<T>(new MatrixProduct
            {
                Weights = keys,
                WeightStride = stride,
                Rows = count,
                Inner = headDim,
                Input = queries,
                InputStride = headDim,
                Count = group,
                Output = scores,
                OutputStride = row,
            });
            for (var head = 0; head < group; head++)
            {
                scales[head] = 1 / Exponentials(scores + (head * row), count, row);
            }

            Mix<T>(scores, row, values, count, stride, group, headDim, scales, target);
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

    /// <summary>
    /// target[head] = scales[head] * sum over positions of weights[head, position] * value[position], heads four by four and columns 64 by 64,
    /// so that the sums stay in registers and a value is read once for four heads.
    /// </summary>
    private static void Mix<T>(float* weights, int row, void* values, int count, int stride, int group, int headDim, float* scales, float* target)
        where T : IElements
    {
        for (var head = 0; head < group; head += 4)
        {
            var heads = Math.Min(4, group - head);
            var column = 0;
            for (; column <= headDim - (4 * Lanes); column += 4 * Lanes)
            {
                MixFour<T>(weights + (head * row), row, values, count, stride, heads, headDim, column, scales + head, target + (head * headDim));
            }

            for (var one = head; one < head + heads; one++)
            {
                MixRest<T>(weights + (one * row), values, count, stride, headDim, column, scales[one], target + (one * headDim));
            }
        }
    }

    private static void MixRest<T>(float* weights, void* values, int count, int stride, int headDim, int column, float scale, float* target)
        where T : IElements
    {
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

            target[column] = sum * scale;
        }
    }

    /// <summary>Up to four heads by 64 columns: sixteen sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixFour<T>(
        float* weights, int row, void* values, int count, int stride, int heads, int headDim, int column, float* scales, float* target) where T : IElements
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        for (nint position = 0; position < count; position++)
        {
            var value = (position * stride) + column;
            var (v0, v1) = (T.Load(values, value), T.Load(values, value + Lanes));
            var (v2, v3) = (T.Load(values, value + (2 * Lanes)), T.Load(values, value + (3 * Lanes)));
            var weight = Vector512.Create(weights[position]);
            a0 = Vector512.FusedMultiplyAdd(weight, v0, a0);
            a1 = Vector512.FusedMultiplyAdd(weight, v1, a1);
            a2 = Vector512.FusedMultiplyAdd(weight, v2, a2);
            a3 = Vector512.FusedMultiplyAdd(weight, v3, a3);
            if (heads > 1)
            {
                weight = Vector512.Create(weights[row + position]);
                b0 = Vector512.FusedMultiplyAdd(weight, v0, b0);
                b1 = Vector512.FusedMultiplyAdd(weight, v1, b1);
                b2 = Vector512.FusedMultiplyAdd(weight, v2, b2);
                b3 = Vector512.FusedMultiplyAdd(weight, v3, b3);
            }

            if (heads > 2)
            {
                weight = Vector512.Create(weights[(2 * row) + position]);
                c0 = Vector512.FusedMultiplyAdd(weight, v0, c0);
                c1 = Vector512.FusedMultiplyAdd(weight, v1, c1);
                c2 = Vector512.FusedMultiplyAdd(weight, v2, c2);
                c3 = Vector512.FusedMultiplyAdd(weight, v3, c3);
            }

            if (heads > 3)
            {
                weight = Vector512.Create(weights[(3 * row) + position]);
                d0 = Vector512.FusedMultiplyAdd(weight, v0, d0);
                d1 = Vector512.FusedMultiplyAdd(weight, v1, d1);
                d2 = Vector512.FusedMultiplyAdd(weight, v2, d2);
                d3 = Vector512.FusedMultiplyAdd(weight, v3, d3);
            }
        }

        Store(a0, a1, a2, a3, scales, target, column);
        if (heads > 1)
        {
            Store(b0, b1, b2, b3, scales + 1, target + headDim, column);
        }

        if (heads > 2)
        {
            Store(c0, c1, c2, c3, scales + 2, target + (2 * headDim), column);
        }

        if (heads > 3)
        {
            Store(d0, d1, d2, d3, scales + 3, target + (3 * headDim), column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* scale, float* target, int column)
    {
        (a * *scale).Store(target + column);
        (b * *scale).Store(target + column + Lanes);
        (c * *scale).Store(target + column + (2 * Lanes));
        (d * *scale).Store(target + column + (3 * Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixOne<T>(float* weights, void* values, int count, int stride, int column, float scale, float* target) where T : IElements
    {
        Vector512<float> sum = default;
        for (nint position = 0; position < count; position++)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[position]), T.Load(values, (position * stride) + column), sum);
        }

        (sum * scale).Store(target + column);
    }
}
