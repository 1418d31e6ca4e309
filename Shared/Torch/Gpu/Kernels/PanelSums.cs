using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>A thread's sums of four outputs over some rows of input, in registers.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IPanelSums<TSelf> where TSelf : unmanaged
{
    /// <summary>Rows of input.</summary>
    static abstract int Rows { get; }

    /// <summary>Adds the products of a part of a block with its inputs.</summary>
    /// <param name="near">The outputs' codes.</param>
    /// <param name="far">Their codes of the elements sixteen further on.</param>
    /// <param name="scales">Their scales.</param>
    /// <param name="input">The rows, by fours of elements.</param>
    /// <param name="at">The first row's inputs.</param>
    /// <param name="stride">Fours from row to row.</param>
    /// <param name="rest">Further rows that there are; beyond them the last one is taken again.</param>
    TSelf Add<T, TBlocks>(Codes near, Codes far, Four scales, ArrayView<Quad<T>> input, long at, long stride, int rest)
        where T : unmanaged, IKernelElement<T> where TBlocks : IPanelBlocks;

    /// <summary>The sums over a warp.</summary>
    TSelf OverLanes();

    /// <summary>Stores the sums of each row, sixteen outputs from one row to the next.</summary>
    void Store(ArrayView<float> target, int at);
}

/// <summary>One row.</summary>
internal readonly struct OneRow(Four sums) : IPanelSums<OneRow>
{
    private readonly Four _sums = sums;

    public static int Rows => 1;

    public OneRow Add<T, TBlocks>(Codes near, Codes far, Four scales, ArrayView<Quad<T>> input, long at, long stride, int rest)
        where T : unmanaged, IKernelElement<T> where TBlocks : IPanelBlocks
    {
        var x = KernelVectors.Load(input, at);
        return new(new(
            _sums.A + (scales.A * TBlocks.Decode(near.A, far.A).Dot(x)), _sums.B + (scales.B * TBlocks.Decode(near.B, far.B).Dot(x)),
            _sums.C + (scales.C * TBlocks.Decode(near.C, far.C).Dot(x)), _sums.D + (scales.D * TBlocks.Decode(near.D, far.D).Dot(x))));
    }

    public OneRow OverLanes() => new(_sums.OverLanes());

    public void Store(ArrayView<float> target, int at)
    {
        target[at] = _sums.A;
        target[at + 1] = _sums.B;
        target[at + 2] = _sums.C;
        target[at + 3] = _sums.D;
    }
}

/// <summary>Four rows: codes are decoded once for all of them.</summary>
/// <param name="a">The first output's sums, by row; the others likewise.</param>
/// <param name="b">The second's.</param>
/// <param name="c">The third's.</param>
/// <param name="d">The fourth's.</param>
internal readonly struct FourRows(Four a, Four b, Four c, Four d) : IPanelSums<FourRows>
{
    private readonly Four _a = a;
    private readonly Four _b = b;
    private readonly Four _c = c;
    private readonly Four _d = d;

    public static int Rows => 4;

    public FourRows Add<T, TBlocks>(Codes near, Codes far, Four scales, ArrayView<Quad<T>> input, long at, long stride, int rest)
        where T : unmanaged, IKernelElement<T> where TBlocks : IPanelBlocks
    {
        var x0 = KernelVectors.Load(input, at);
        var x1 = KernelVectors.Load(input, at + (stride * (rest < 1 ? rest : 1)));
        var x2 = KernelVectors.Load(input, at + (stride * (rest < 2 ? rest : 2)));
        var x3 = KernelVectors.Load(input, at + (stride * (rest < 3 ? rest : 3)));
        return new(
            _a + Products(TBlocks.Decode(near.A, far.A), scales.A, x0, x1, x2, x3),
            _b + Products(TBlocks.Decode(near.B, far.B), scales.B, x0, x1, x2, x3),
            _c + Products(TBlocks.Decode(near.C, far.C), scales.C, x0, x1, x2, x3),
            _d + Products(TBlocks.Decode(near.D, far.D), scales.D, x0, x1, x2, x3));
    }

    public FourRows OverLanes() => new(_a.OverLanes(), _b.OverLanes(), _c.OverLanes(), _d.OverLanes());

    public void Store(ArrayView<float> target, int at)
    {
        StoreOutput(target, at, _a);
        StoreOutput(target, at + 1, _b);
        StoreOutput(target, at + 2, _c);
        StoreOutput(target, at + 3, _d);
    }

    private static Four Products(Eight weights, float scale, Eight x0, Eight x1, Eight x2, Eight x3) =>
        new(scale * weights.Dot(x0), scale * weights.Dot(x1), scale * weights.Dot(x2), scale * weights.Dot(x3));

    private static void StoreOutput(ArrayView<float> target, int at, Four sums)
    {
        target[at] = sums.A;
        target[at + 16] = sums.B;
        target[at + 32] = sums.C;
        target[at + 48] = sums.D;
    }
}
