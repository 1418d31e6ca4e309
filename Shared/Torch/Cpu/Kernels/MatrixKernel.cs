using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// y[n, r] = sum over k of x[n, k] * w[r, k], over row-major weights as they lie in the file (f32 or bf16) and f32 inputs, in f32.
/// <para>
/// Every output is one chain of fused multiply-adds over whole vectors of k in ascending order, then the sum of the lanes, then the
/// elements beyond the last whole vector. All tiles keep to that, so an output's bits depend on its two rows alone: not on the number of
/// inputs, not on the tile that computed it, not on how rows were shared among threads.
/// </para>
/// </summary>
internal static unsafe class MatrixKernel
{
    private const int TileRows = 4;
    private const int TileInputs = 4;

    // Inputs of a block stay in the second-level cache while all weight rows pass over them.
    private const int BlockBytes = 192 * 1024;

    /// <summary>True where the processor has vectors that multiply and add at once; plain tensors serve elsewhere.</summary>
    public static bool IsSupported => Vector128.IsHardwareAccelerated && (Fma.IsSupported || AdvSimd.IsSupported);

    /// <summary>The width of this processor's vectors: results differ in their last bits from width to width.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Computes a product with the widest vectors that the processor has.</summary>
    public static void Multiply<TElements>(in MatrixProduct product) where TElements : IElements
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply<Lanes16, TElements>(product);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Multiply<Lanes8, TElements>(product);
        }
        else
        {
            Multiply<Lanes4, TElements>(product);
        }
    }

    /// <summary>Computes a product with vectors of one width.</summary>
    internal static void Multiply<TLanes, TElements>(in MatrixProduct product) where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        var rowBytes = (nint)product.WeightStride * TElements.Size;
        var most = Math.Max(TileRows, BlockBytes / (product.Inner * sizeof(float)) / TileRows * TileRows);
        for (var first = 0; first < product.Count; first += most)
        {
            var input = product.Input + ((nint)first * product.InputStride);
            var output = product.Output + ((nint)first * product.OutputStride);
            var count = Math.Min(most, product.Count - first);
            var row = 0;
            for (; !IsStream(product, count) && row <= product.Rows - TileRows; row += TileRows)
            {
                FourRows<TLanes, TElements>((byte*)product.Weights + (row * rowBytes), rowBytes, input, output + row, count, product);
            }

            for (; row < product.Rows; row++)
            {
                OneRow<TLanes, TElements>((byte*)product.Weights + (row * rowBytes), input, output + row, count, product);
            }
        }
    }

    private static void FourRows<TLanes, TElements>(byte* weights, nint rowBytes, float* input, float* output, int count, in MatrixProduct product)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        if (count <= TileInputs && product.IsContiguous)
        {
            FourRows<TLanes, TElements, FetchInOrder>(weights, rowBytes, input, output, count, product);
        }
        else
        {
            FourRows<TLanes, TElements, FetchRowByRow>(weights, rowBytes, input, output, count, product);
        }
    }

    private static void FourRows<TLanes, TElements, TFetch>(byte* weights, nint rowBytes, float* input, float* output, int count, in MatrixProduct product)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements where TFetch : IFetch
    {
        var n = 0;
        for (; TLanes.HasManyRegisters && n <= count - TileInputs; n += TileInputs)
        {
            FourByFour<TLanes, TElements, TFetch>(weights, rowBytes, product.Inner, input, product.InputStride, output, product.OutputStride);
            input += TileInputs * (nint)product.InputStride;
            output += TileInputs * (nint)product.OutputStride;
        }

        for (; n <= count - 2; n += 2)
        {
            FourByTwo<TLanes, TElements, TFetch>(weights, rowBytes, product.Inner, input, product.InputStride, output, product.OutputStride);
            input += 2 * (nint)product.InputStride;
            output += 2 * (nint)product.OutputStride;
        }

        if (n < count)
        {
            FourByOne<TLanes, TElements, TFetch>(weights, rowBytes, product.Inner, input, output);
        }
    }

    private static void OneRow<TLanes, TElements>(byte* weights, float* input, float* output, int count, in MatrixProduct product)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        for (nint n = 0; n < count; n++)
        {
            output[n * product.OutputStride] = OneByOne<TLanes, TElements>(weights, product.Inner, input + (n * product.InputStride));
        }
    }

    /// <summary>Four weight rows by four inputs: sixteen sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour<TLanes, TElements, TFetch>(byte* weights, nint rowBytes, int inner, float* x, nint stride, float* y, nint outputStride)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements where TFetch : IFetch
    {
        TLanes a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        TLanes c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        byte* wa = weights, wb = wa + rowBytes, wc = wb + rowBytes, wd = wc + rowBytes;
        float* x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
        nint k = 0;
        for (; k <= inner - TLanes.Count; k += TLanes.Count)
        {
            TFetch.Fetch<TLanes, TElements>(weights, rowBytes, k);
            TLanes a = TElements.Load<TLanes>(wa, k), b = TElements.Load<TLanes>(wb, k), c = TElements.Load<TLanes>(wc, k), d = TElements.Load<TLanes>(wd, k);
            var v = TLanes.Load(x + k);
            (a0, b0, c0, d0) = (TLanes.MultiplyAdd(a, v, a0), TLanes.MultiplyAdd(b, v, b0), TLanes.MultiplyAdd(c, v, c0), TLanes.MultiplyAdd(d, v, d0));
            v = TLanes.Load(x1 + k);
            (a1, b1, c1, d1) = (TLanes.MultiplyAdd(a, v, a1), TLanes.MultiplyAdd(b, v, b1), TLanes.MultiplyAdd(c, v, c1), TLanes.MultiplyAdd(d, v, d1));
            v = TLanes.Load(x2 + k);
            (a2, b2, c2, d2) = (TLanes.MultiplyAdd(a, v, a2), TLanes.MultiplyAdd(b, v, b2), TLanes.MultiplyAdd(c, v, c2), TLanes.MultiplyAdd(d, v, d2));
            v = TLanes.Load(x3 + k);
            (a3, b3, c3, d3) = (TLanes.MultiplyAdd(a, v, a3), TLanes.MultiplyAdd(b, v, b3), TLanes.MultiplyAdd(c, v, c3), TLanes.MultiplyAdd(d, v, d3));
        }

        Finish<TLanes, TElements>(a0, b0, c0, d0, weights, rowBytes, x, k, inner, y);
        Finish<TLanes, TElements>(a1, b1, c1, d1, weights, rowBytes, x1, k, inner, y + outputStride);
        Finish<TLanes, TElements>(a2, b2, c2, d2, weights, rowBytes, x2, k, inner, y + (2 * outputStride));
        Finish<TLanes, TElements>(a3, b3, c3, d3, weights, rowBytes, x3, k, inner, y + (3 * outputStride));
    }

    /// <summary>Four weight rows by two inputs: eight sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo<TLanes, TElements, TFetch>(byte* weights, nint rowBytes, int inner, float* x, nint stride, float* y, nint outputStride)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements where TFetch : IFetch
    {
        TLanes a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        byte* wa = weights, wb = wa + rowBytes, wc = wb + rowBytes, wd = wc + rowBytes;
        var x1 = x + stride;
        nint k = 0;
        for (; k <= inner - TLanes.Count; k += TLanes.Count)
        {
            TFetch.Fetch<TLanes, TElements>(weights, rowBytes, k);
            TLanes a = TElements.Load<TLanes>(wa, k), b = TElements.Load<TLanes>(wb, k), c = TElements.Load<TLanes>(wc, k), d = TElements.Load<TLanes>(wd, k);
            var v = TLanes.Load(x + k);
            (a0, b0, c0, d0) = (TLanes.MultiplyAdd(a, v, a0), TLanes.MultiplyAdd(b, v, b0), TLanes.MultiplyAdd(c, v, c0), TLanes.MultiplyAdd(d, v, d0));
            v = TLanes.Load(x1 + k);
            (a1, b1, c1, d1) = (TLanes.MultiplyAdd(a, v, a1), TLanes.MultiplyAdd(b, v, b1), TLanes.MultiplyAdd(c, v, c1), TLanes.MultiplyAdd(d, v, d1));
        }

        Finish<TLanes, TElements>(a0, b0, c0, d0, weights, rowBytes, x, k, inner, y);
        Finish<TLanes, TElements>(a1, b1, c1, d1, weights, rowBytes, x1, k, inner, y + outputStride);
    }

    /// <summary>Four weight rows by one input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne<TLanes, TElements, TFetch>(byte* weights, nint rowBytes, int inner, float* x, float* y)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements where TFetch : IFetch
    {
        TLanes a = default, b = default, c = default, d = default;
        byte* wa = weights, wb = wa + rowBytes, wc = wb + rowBytes, wd = wc + rowBytes;
        nint k = 0;
        for (; k <= inner - TLanes.Count; k += TLanes.Count)
        {
            TFetch.Fetch<TLanes, TElements>(weights, rowBytes, k);
            var v = TLanes.Load(x + k);
            a = TLanes.MultiplyAdd(TElements.Load<TLanes>(wa, k), v, a);
            b = TLanes.MultiplyAdd(TElements.Load<TLanes>(wb, k), v, b);
            c = TLanes.MultiplyAdd(TElements.Load<TLanes>(wc, k), v, c);
            d = TLanes.MultiplyAdd(TElements.Load<TLanes>(wd, k), v, d);
        }

        Finish<TLanes, TElements>(a, b, c, d, weights, rowBytes, x, k, inner, y);
    }

    /// <summary>One weight row by one input: a lone input's rows, and those that a tile of four leaves over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OneByOne<TLanes, TElements>(byte* weights, int inner, float* x) where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        TLanes sum = default;
        nint k = 0;
        for (; k <= inner - TLanes.Count; k += TLanes.Count)
        {
            Prefetch.Ahead(weights + (k * TElements.Size));
            sum = TLanes.MultiplyAdd(TElements.Load<TLanes>(weights, k), TLanes.Load(x + k), sum);
        }

        return Rest<TElements>(TLanes.Sum(sum), weights, x, k, inner);
    }

    /// <summary>The sums of four weight rows with one input. Inlined: a call would make the tile's sums live in memory, loop and all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TLanes, TElements>(
        TLanes a, TLanes b, TLanes c, TLanes d, byte* weights, nint rowBytes, float* x, nint k, int inner, float* y)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        TLanes.Sum(a, b, c, d).Store(y);
        if (k < inner)
        {
            y[0] = Rest<TElements>(y[0], weights, x, k, inner);
            y[1] = Rest<TElements>(y[1], weights + rowBytes, x, k, inner);
            y[2] = Rest<TElements>(y[2], weights + (2 * rowBytes), x, k, inner);
            y[3] = Rest<TElements>(y[3], weights + (3 * rowBytes), x, k, inner);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rest<TElements>(float sum, byte* weights, float* x, nint k, int inner) where TElements : IElements
    {
        for (; k < inner; k++)
        {
            sum = MathF.FusedMultiplyAdd(TElements.LoadOne(weights, k), x[k], sum);
        }

        return sum;
    }

    /// <summary>
    /// True for a lone input and rows that follow one another in memory, which gives most when a row is read from its beginning to its end
    /// and the next one after it: 2560 x 960 in bf16, two threads, 43 GB/s against 35 of tiles of four rows, which read from four places at
    /// once. Out of a cache the tiles are the faster ones, 133 GB/s against 103: four sums wait for one another less than one.
    /// </summary>
    private static bool IsStream(in MatrixProduct product, int count) => count == 1 && product.FromMemory && product.IsContiguous;
}
