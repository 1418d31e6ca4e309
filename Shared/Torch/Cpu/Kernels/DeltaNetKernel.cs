using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>One token of one value head of a delta net, for some columns of its state.</summary>
internal readonly unsafe struct DeltaNetStep
{
    /// <summary>The state's columns, [keyWidth, column], without gaps.</summary>
    public required float* State { get; init; }

    /// <summary>The query, scaled, [keyWidth].</summary>
    public required float* Query { get; init; }

    /// <summary>The key, of length 1, [keyWidth].</summary>
    public required float* Key { get; init; }

    /// <summary>The value's elements of these columns.</summary>
    public required float* Value { get; init; }

    /// <summary>Gets the result's elements of these columns.</summary>
    public required float* Target { get; init; }

    /// <summary>Elements of a key.</summary>
    public required int KeyWidth { get; init; }

    /// <summary>What is left of the state: exp(g), in [0, 1].</summary>
    public required float Decay { get; init; }

    /// <summary>How much of the difference is learnt: beta, in [0, 1].</summary>
    public required float Beta { get; init; }
}

/// <summary>
/// The gated delta rule (arXiv 2412.06464), token by token: S *= decay, S += key (beta (value - keyᵀS)), target = queryᵀS. Columns of the
/// state have nothing to do with one another, so a head is computed in blocks of columns that stay in the first-level cache over all tokens
/// of a step. Each column's sums go over the key's elements in one order, whatever the vector's width.
/// </summary>
internal static unsafe class DeltaNetKernel
{
    private const int Vectors = 4;

    /// <summary>Columns of a block; the last block of a head may have fewer.</summary>
    public static int Columns => Vectors
        * (Vector512.IsHardwareAccelerated ? Lanes16.Count : Vector256.IsHardwareAccelerated ? Lanes8.Count : Lanes4.Count);

    /// <summary>Computes a block.</summary>
    /// <param name="step">The token.</param>
    /// <param name="columns">Columns of the block, at most <see cref="Columns"/>.</param>
    public static void Step(in DeltaNetStep step, int columns)
    {
        if (columns < Columns)
        {
            StepColumns(step, columns);
        }
        else if (Vector512.IsHardwareAccelerated)
        {
            Step<Lanes16>(step);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Step<Lanes8>(step);
        }
        else
        {
            Step<Lanes4>(step);
        }
    }

    /// <summary>Four vectors of one width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Step<TLanes>(in DeltaNetStep step) where TLanes : unmanaged, ILanes<TLanes>
    {
        float* state = step.State, key = step.Key, query = step.Query;
        nint second = TLanes.Count, third = 2 * TLanes.Count, fourth = 3 * TLanes.Count, width = Vectors * TLanes.Count;
        TLanes a = default, b = default, c = default, d = default;    // what the state says to the key
        for (nint i = 0; i < step.KeyWidth; i++)
        {
            var row = state + (i * width);
            var k = TLanes.Broadcast(key[i]);
            a = TLanes.MultiplyAdd(TLanes.Load(row), k, a);
            b = TLanes.MultiplyAdd(TLanes.Load(row + second), k, b);
            c = TLanes.MultiplyAdd(TLanes.Load(row + third), k, c);
            d = TLanes.MultiplyAdd(TLanes.Load(row + fourth), k, d);
        }

        var (forget, keep, learn) = (TLanes.Broadcast(-step.Decay), TLanes.Broadcast(step.Decay), TLanes.Broadcast(step.Beta));
        a = TLanes.Multiply(TLanes.MultiplyAdd(a, forget, TLanes.Load(step.Value)), learn);
        b = TLanes.Multiply(TLanes.MultiplyAdd(b, forget, TLanes.Load(step.Value + second)), learn);
        c = TLanes.Multiply(TLanes.MultiplyAdd(c, forget, TLanes.Load(step.Value + third)), learn);
        d = TLanes.Multiply(TLanes.MultiplyAdd(d, forget, TLanes.Load(step.Value + fourth)), learn);
        TLanes e = default, f = default, g = default, h = default;    // what the new state says to the query
        for (nint i = 0; i < step.KeyWidth; i++)
        {
            var row = state + (i * width);
            var (k, q) = (TLanes.Broadcast(key[i]), TLanes.Broadcast(query[i]));
            e = TLanes.MultiplyAdd(Learn(row, keep, k, a), q, e);
            f = TLanes.MultiplyAdd(Learn(row + second, keep, k, b), q, f);
            g = TLanes.MultiplyAdd(Learn(row + third, keep, k, c), q, g);
            h = TLanes.MultiplyAdd(Learn(row + fourth, keep, k, d), q, h);
        }

        TLanes.Store(e, step.Target);
        TLanes.Store(f, step.Target + second);
        TLanes.Store(g, step.Target + third);
        TLanes.Store(h, step.Target + fourth);
    }

    /// <summary>state = state * keep + key * difference; returns it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Learn<TLanes>(float* state, TLanes keep, TLanes key, TLanes difference) where TLanes : unmanaged, ILanes<TLanes>
    {
        var learnt = TLanes.MultiplyAdd(key, difference, TLanes.Multiply(TLanes.Load(state), keep));
        TLanes.Store(learnt, state);
        return learnt;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepColumns(in DeltaNetStep step, int columns)
    {
        for (var column = 0; column < columns; column++)
        {
            var state = step.State + column;
            var said = 0f;
            for (nint i = 0; i < step.KeyWidth; i++)
            {
                said = MathF.FusedMultiplyAdd(state[i * columns], step.Key[i], said);
            }

            var difference = MathF.FusedMultiplyAdd(said, -step.Decay, step.Value[column]) * step.Beta;
            var result = 0f;
            for (nint i = 0; i < step.KeyWidth; i++)
            {
                state[i * columns] = MathF.FusedMultiplyAdd(step.Key[i], difference, state[i * columns] * step.Decay);
                result = MathF.FusedMultiplyAdd(state[i * columns], step.Query[i], result);
            }

            step.Target[column] = result;
        }
    }
}
