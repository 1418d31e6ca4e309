using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rill.Torch.Cache;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Attention of some rows of one sequence over a chunk of its keys and values, for one key/value head and the query heads that share it.
/// A row's sums depend on its query, its range of positions and the chunk alone: scores come from <see cref="MatrixKernel"/>, whose tiles
/// do not change bits, a position that a row does not see weighs nothing, and values are added in ascending order of position.
/// </summary>
internal static unsafe class AttentionKernel
{
    /// <summary>Positions of a chunk. It is part of the results' bits: never make it depend on threads, batches or free memory.</summary>
    public const int ChunkPositions = CpuKeyValueCache.ChunkPositions;

    /// <summary>Inputs (rows x query heads of a group) that one call should have: their scores stay in the first-level cache.</summary>
    public const int GoodInputs = 32;

    private const int TileInputs = 4;

    // Positions between two rounds of fetching, and all scores are computed and weighed in multiples of the widest vector.
    private const int Stretch = 64;
    private const int Widest = 16;

    [ThreadStatic]
    private static float[]? t_scores;

    /// <summary>Computes the chunk's share of softmax(query · keys) · values.</summary>
    public static void Attend<T>(in AttentionChunk chunk, in AttentionSums sums) where T : IElements
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Attend<Lanes16, T>(chunk, sums);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Attend<Lanes8, T>(chunk, sums);
        }
        else
        {
            Attend<Lanes4, T>(chunk, sums);
        }
    }

    /// <summary>The same with vectors of one width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Attend<TLanes, T>(in AttentionChunk chunk, in AttentionSums sums) where TLanes : unmanaged, ILanes<TLanes> where T : IElements
    {
        var (first, _) = chunk.Range(0);
        var (_, end) = chunk.Range(chunk.Rows - 1);
        var inputs = RoundUp(chunk.Rows * chunk.Group, TileInputs);
        fixed (float* scores = Scratch(inputs * ChunkPositions))
        {
            Score<T>(chunk, first, end, scores);
            for (var row = 0; row < chunk.Rows; row++)
            {
                Weigh<TLanes>(chunk, row, first, end, scores, sums);
            }

            new Span<float>(sums.Values, inputs * chunk.HeadDim).Clear();
            Mix<TLanes, T>(scores, inputs, chunk.Values, first, end, chunk.HeadDim, sums.Values);
        }
    }

    private static int RoundUp(int size, int multiple) => (size + multiple - 1) / multiple * multiple;

    private static float[] Scratch(int size)
    {
        if (t_scores is null || t_scores.Length < size)
        {
            t_scores = new float[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size)];
        }

        return t_scores;
    }

    /// <summary>scores[input, position] = queries[input] · keys[position], while the next keys and then the first values come from memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score<T>(in AttentionChunk chunk, int first, int end, float* scores) where T : IElements
    {
        var rowBytes = (nint)chunk.HeadDim * T.Size;
        for (var position = first; position < end; position += Stretch)
        {
            var next = position + Stretch;
            Prefetch.Lines(next < end ? chunk.Keys + (next * rowBytes) : chunk.Values + (first * rowBytes), Math.Min(Stretch, next < end ? end - next : end - first) * rowBytes);
            MatrixKernel.Multiply<T>(new MatrixProduct
            {
                Weights = chunk.Keys + (position * rowBytes),
                WeightStride = chunk.HeadDim,
                Rows = Math.Min(Stretch, end - position),
                Inner = chunk.HeadDim,
                Input = chunk.Queries,
                InputStride = chunk.HeadDim,
                Count = chunk.Rows * chunk.Group,
                Output = scores + position,
                OutputStride = ChunkPositions,
            });
        }
    }

    /// <summary>
    /// Turns a row's scores into weights exp(score - highest), zero outside the row's range, and notes the highest score and the sum of the
    /// weights. Elements with scales have the keys' put into the scores and the values' into the weights.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh<TLanes>(in AttentionChunk chunk, int row, int first, int end, float* scores, in AttentionSums sums)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var (from, to) = chunk.Range(row);
        first = first / Widest * Widest;
        var size = RoundUp(end, Widest) - first;
        for (var input = row * chunk.Group; input < (row + 1) * chunk.Group; input++)
        {
            var weights = scores + (input * ChunkPositions);
            if (to <= from)
            {
                new Span<float>(weights + first, size).Clear();
                sums.Total[input] = 0;
                continue;
            }

            if (chunk.KeyScales is not null)
            {
                Scale<TLanes>(weights + first, chunk.KeyScales + first, size);
            }

            if (chunk.SoftCap != 0)
            {
                RowKernels.SoftCap(weights + first, chunk.SoftCap, size);
            }

            new Span<float>(weights + first, from - first).Fill(float.NegativeInfinity);
            new Span<float>(weights + to, first + size - to).Fill(float.NegativeInfinity);
            (sums.Highest[input], sums.Total[input]) = Exponentials<TLanes>(weights + first, size);
            if (chunk.ValueScales is not null)
            {
                Scale<TLanes>(weights + first, chunk.ValueScales + first, size);
            }
        }
    }

    /// <summary>row *= scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<TLanes>(float* row, float* scales, int size) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (nint i = 0; i < size; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(row + i), TLanes.Load(scales + i)), row + i);
        }
    }

    /// <summary>scores = exp(scores - highest); returns the highest and the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Highest, float Total) Exponentials<TLanes>(float* scores, int size) where TLanes : unmanaged, ILanes<TLanes>
    {
        var lanes = TLanes.Load(scores);
        for (nint i = TLanes.Count; i < size; i += TLanes.Count)
        {
            lanes = TLanes.Max(lanes, TLanes.Load(scores + i));
        }

        var each = stackalloc float[Widest];
        TLanes.Store(lanes, each);
        var highest = each[0];
        for (var lane = 1; lane < TLanes.Count; lane++)
        {
            highest = MathF.Max(highest, each[lane]);
        }

        var (offset, one) = (TLanes.Broadcast(highest), TLanes.Broadcast(1));
        TLanes sum = default;
        for (nint i = 0; i < size; i += TLanes.Count)
        {
            var exponential = TLanes.Exponential(TLanes.Load(scores + i), offset);
            TLanes.Store(exponential, scores + i);
            sum = TLanes.MultiplyAdd(exponential, one, sum);
        }

        return (highest, TLanes.Sum(sum));
    }

    /// <summary>target[input] += sum over positions of weights[input, position] * values[position], a stretch of positions at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix<TLanes, T>(float* weights, int inputs, byte* values, int first, int end, int headDim, float* target)
        where TLanes : unmanaged, ILanes<TLanes> where T : IElements
    {
        var rowBytes = (nint)headDim * T.Size;
        for (var position = first; position < end; position += Stretch)
        {
            var (next, count) = (position + Stretch, Math.Min(Stretch, end - position));
            Prefetch.Lines(values + (next * rowBytes), Math.Min(Stretch, end - next) * rowBytes);
            for (var input = 0; input < inputs; input += TileInputs)
            {
                MixFour<TLanes, T>(weights + (input * ChunkPositions) + position, values + (position * rowBytes), count, headDim, target + (input * headDim));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixFour<TLanes, T>(float* weights, byte* values, int count, int headDim, float* target)
        where TLanes : unmanaged, ILanes<TLanes> where T : IElements
    {
        var column = 0;
        for (; column <= headDim - (2 * TLanes.Count); column += 2 * TLanes.Count)
        {
            FourByTwo<TLanes, T>(weights, values, count, headDim, column, target + column);
        }

        for (; column <= headDim - TLanes.Count; column += TLanes.Count)
        {
            FourByOne<TLanes, T>(weights, values, count, headDim, column, target + column);
        }

        for (; column < headDim; column++)
        {
            FourSingle<T>(weights, values, count, headDim, column, target + column);
        }
    }

    /// <summary>Four inputs by two vectors of columns: eight sums, which even sixteen registers hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo<TLanes, T>(float* weights, byte* values, int count, int headDim, int column, float* target)
        where TLanes : unmanaged, ILanes<TLanes> where T : IElements
    {
        float* target1 = target + headDim, target2 = target1 + headDim, target3 = target2 + headDim;
        TLanes a0 = TLanes.Load(target), a1 = TLanes.Load(target + TLanes.Count), b0 = TLanes.Load(target1), b1 = TLanes.Load(target1 + TLanes.Count);
        TLanes c0 = TLanes.Load(target2), c1 = TLanes.Load(target2 + TLanes.Count), d0 = TLanes.Load(target3), d1 = TLanes.Load(target3 + TLanes.Count);
        nint place = column;
        for (nint position = 0; position < count; position++, place += headDim)
        {
            TLanes v0 = T.Load<TLanes>(values, place), v1 = T.Load<TLanes>(values, place + TLanes.Count);
            var weight = TLanes.Broadcast(weights[position]);
            (a0, a1) = (TLanes.MultiplyAdd(weight, v0, a0), TLanes.MultiplyAdd(weight, v1, a1));
            weight = TLanes.Broadcast(weights[ChunkPositions + position]);
            (b0, b1) = (TLanes.MultiplyAdd(weight, v0, b0), TLanes.MultiplyAdd(weight, v1, b1));
            weight = TLanes.Broadcast(weights[(2 * ChunkPositions) + position]);
            (c0, c1) = (TLanes.MultiplyAdd(weight, v0, c0), TLanes.MultiplyAdd(weight, v1, c1));
            weight = TLanes.Broadcast(weights[(3 * ChunkPositions) + position]);
            (d0, d1) = (TLanes.MultiplyAdd(weight, v0, d0), TLanes.MultiplyAdd(weight, v1, d1));
        }

        TLanes.Store(a0, target);
        TLanes.Store(a1, target + TLanes.Count);
        TLanes.Store(b0, target1);
        TLanes.Store(b1, target1 + TLanes.Count);
        TLanes.Store(c0, target2);
        TLanes.Store(c1, target2 + TLanes.Count);
        TLanes.Store(d0, target3);
        TLanes.Store(d1, target3 + TLanes.Count);
    }

    /// <summary>Four inputs by one vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne<TLanes, T>(float* weights, byte* values, int count, int headDim, int column, float* target)
        where TLanes : unmanaged, ILanes<TLanes> where T : IElements
    {
        float* target1 = target + headDim, target2 = target1 + headDim, target3 = target2 + headDim;
        TLanes a = TLanes.Load(target), b = TLanes.Load(target1), c = TLanes.Load(target2), d = TLanes.Load(target3);
        nint place = column;
        for (nint position = 0; position < count; position++, place += headDim)
        {
            var value = T.Load<TLanes>(values, place);
            a = TLanes.MultiplyAdd(TLanes.Broadcast(weights[position]), value, a);
            b = TLanes.MultiplyAdd(TLanes.Broadcast(weights[ChunkPositions + position]), value, b);
            c = TLanes.MultiplyAdd(TLanes.Broadcast(weights[(2 * ChunkPositions) + position]), value, c);
            d = TLanes.MultiplyAdd(TLanes.Broadcast(weights[(3 * ChunkPositions) + position]), value, d);
        }

        TLanes.Store(a, target);
        TLanes.Store(b, target1);
        TLanes.Store(c, target2);
        TLanes.Store(d, target3);
    }

    /// <summary>Four inputs by a column beyond the last whole vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourSingle<T>(float* weights, byte* values, int count, int headDim, int column, float* target) where T : IElements
    {
        for (var input = 0; input < TileInputs; input++)
        {
            var sum = target[input * headDim];
            for (nint position = 0; position < count; position++)
            {
                sum = MathF.FusedMultiplyAdd(weights[(input * ChunkPositions) + position], T.LoadOne(values, (position * headDim) + column), sum);
            }

            target[input * headDim] = sum;
        }
    }
}
