using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Kernels;

/// <summary>
/// y[n, r] = sum over blocks b of (scale[r, b] * inputScale[n, b]) * (sum over the block's 32 elements of weight[r] * input[n]), the inner
/// sum in integers, the outer one a chain of fused multiply-adds in f32 in ascending order of b.
/// <para>Every tile keeps to that chain, so an output's bits depend on its weights and its own input alone.</para>
/// </summary>
internal static unsafe class QuantizedKernel
{
    private const int TileInputs = 4;

    /// <summary>Computes some outputs of some rows.</summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="first">The first output.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="input">The rows, quantized.</param>
    /// <param name="rows">How many.</param>
    /// <param name="target">Where the first row's first output goes.</param>
    /// <param name="stride">Elements from one row's outputs to the next's.</param>
    public static void Multiply(QuantizedMatrix matrix, int first, int outputs, QuantizedInput input, int rows, float* target, int stride)
    {
        if (AvxVnni.IsSupported)
        {
            Multiply<VnniDot>(matrix, first, outputs, input, rows, target, stride);
        }
        else if (Avx2.IsSupported)
        {
            Multiply<Avx2Dot>(matrix, first, outputs, input, rows, target, stride);
        }
        else if (Dp.IsSupported)
        {
            Multiply<ArmDot>(matrix, first, outputs, input, rows, target, stride);
        }
        else
        {
            Multiply<PortableDot>(matrix, first, outputs, input, rows, target, stride);
        }
    }

    /// <inheritdoc cref="Multiply(QuantizedMatrix, int, int, QuantizedInput, int, float*, int)"/>
    internal static void Multiply<TDot>(QuantizedMatrix matrix, int first, int outputs, QuantizedInput input, int rows, float* target, int stride)
        where TDot : IByteDot
    {
        if (matrix.Format == QuantizedFormat.Q8)
        {
            Multiply<Q8Blocks, TDot>(matrix, first, outputs, input, rows, target, stride);
        }
        else
        {
            Multiply<Q4Blocks, TDot>(matrix, first, outputs, input, rows, target, stride);
        }
    }

    private static void Multiply<TBlocks, TDot>(QuantizedMatrix matrix, int first, int outputs, QuantizedInput input, int rows, float* target, int stride)
        where TBlocks : IQuantizedBlocks where TDot : IByteDot
    {
        const int lanes = QuantizedMatrix.PanelOutputs;
        var sums = stackalloc float[TileInputs * lanes];
        for (var output = first / lanes * lanes; output < first + outputs; output += lanes)
        {
            // The outputs of this panel that are asked for; all eight are computed.
            var (from, to) = (Math.Max(first, output), Math.Min(first + outputs, output + lanes));
            var panel = matrix.Panel(output / lanes);
            var row = 0;
            for (; row <= rows - TileInputs; row += TileInputs)
            {
                FourInputs<TBlocks, TDot>(panel, matrix.Blocks, input, row, sums);
                Store(sums, TileInputs, from - output, to - from, target + ((nint)row * stride) + (from - first), stride);
            }

            for (; row < rows; row++)
            {
                OneInput<TBlocks, TDot>(panel, matrix.Blocks, input, row, sums);
                Store(sums, 1, from - output, to - from, target + ((nint)row * stride) + (from - first), stride);
            }
        }
    }

    private static void Store(float* sums, int rows, int from, int count, float* target, int stride)
    {
        for (var row = 0; row < rows; row++, sums += QuantizedMatrix.PanelOutputs, target += stride)
        {
            if (count == QuantizedMatrix.PanelOutputs)
            {
                Vector256.Load(sums).Store(target);
                continue;
            }

            new ReadOnlySpan<float>(sums + from, count).CopyTo(new Span<float>(target, count));
        }
    }

    /// <summary>One panel by one input. It reads the panel from memory, which bounds it: it asks for what comes next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneInput<TBlocks, TDot>(byte* block, int blocks, QuantizedInput input, int row, float* target)
        where TBlocks : IQuantizedBlocks where TDot : IByteDot
    {
        var x = input.Codes(row);
        var scales = input.Scales(row);
        var offsets = input.Sums(row);
        var sums = Vector256<float>.Zero;
        for (var b = 0; b < blocks; b++, block += TBlocks.Size, x += QuantizedMatrix.BlockInner)
        {
            for (var line = 0; line < TBlocks.Size; line += Prefetch.LineBytes)
            {
                Prefetch.Ahead(block + line);
            }

            var first = Start<TBlocks, TDot>(offsets[b]);
            var second = Vector256<int>.Zero;
            for (var c = 0; c < 4; c++)
            {
                var (lower, upper) = Load<TBlocks, TDot>(block, c);
                first = TDot.Add(first, lower, Broadcast(x, c));
                second = TDot.Add(second, upper, Broadcast(x, 4 + c));
            }

            sums = Accumulate<TBlocks>(first + second, block, scales[b], sums);
        }

        sums.Store(target);
    }

    /// <summary>One panel by four inputs, so that the codes are taken apart once for all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourInputs<TBlocks, TDot>(byte* block, int blocks, QuantizedInput input, int row, float* target)
        where TBlocks : IQuantizedBlocks where TDot : IByteDot
    {
        sbyte* x0 = input.Codes(row), x1 = input.Codes(row + 1), x2 = input.Codes(row + 2), x3 = input.Codes(row + 3);
        float* s0 = input.Scales(row), s1 = input.Scales(row + 1), s2 = input.Scales(row + 2), s3 = input.Scales(row + 3);
        int* o0 = input.Sums(row), o1 = input.Sums(row + 1), o2 = input.Sums(row + 2), o3 = input.Sums(row + 3);
        Vector256<float> f0 = default, f1 = default, f2 = default, f3 = default;
        for (nint b = 0; b < blocks; b++, block += TBlocks.Size)
        {
            var k = b * QuantizedMatrix.BlockInner;
            Vector256<int> a0 = Start<TBlocks, TDot>(o0[b]), a1 = Start<TBlocks, TDot>(o1[b]), a2 = Start<TBlocks, TDot>(o2[b]), a3 = Start<TBlocks, TDot>(o3[b]);
            for (var c = 0; c < 4; c++)
            {
                var (lower, upper) = Load<TBlocks, TDot>(block, c);
                a0 = TDot.Add(TDot.Add(a0, lower, Broadcast(x0 + k, c)), upper, Broadcast(x0 + k, 4 + c));
                a1 = TDot.Add(TDot.Add(a1, lower, Broadcast(x1 + k, c)), upper, Broadcast(x1 + k, 4 + c));
                a2 = TDot.Add(TDot.Add(a2, lower, Broadcast(x2 + k, c)), upper, Broadcast(x2 + k, 4 + c));
                a3 = TDot.Add(TDot.Add(a3, lower, Broadcast(x3 + k, c)), upper, Broadcast(x3 + k, 4 + c));
            }

            f0 = Accumulate<TBlocks>(a0, block, s0[b], f0);
            f1 = Accumulate<TBlocks>(a1, block, s1[b], f1);
            f2 = Accumulate<TBlocks>(a2, block, s2[b], f2);
            f3 = Accumulate<TBlocks>(a3, block, s3[b], f3);
        }

        f0.Store(target);
        f1.Store(target + 8);
        f2.Store(target + 16);
        f3.Store(target + 24);
    }

    /// <summary>What a block's sums begin with: codes are greater than weights by Zero, the sums of products by Zero times the sum of the inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Start<TBlocks, TDot>(int inputs) where TBlocks : IQuantizedBlocks where TDot : IByteDot =>
        TDot.TakesSigned ? Vector256<int>.Zero : Vector256.Create(-TBlocks.Zero * inputs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<byte> First, Vector256<byte> Second) Load<TBlocks, TDot>(byte* block, int c) where TBlocks : IQuantizedBlocks where TDot : IByteDot
    {
        var (first, second) = TBlocks.Load(block, c);
        var zero = Vector256.Create((byte)TBlocks.Zero);
        return TDot.TakesSigned ? (first - zero, second - zero) : (first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Broadcast(sbyte* x, int c) => Vector256.Create(((int*)x)[c]).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate<TBlocks>(Vector256<int> products, byte* block, float scale, Vector256<float> sums) where TBlocks : IQuantizedBlocks =>
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(products), QuantizedScales.Load(block + TBlocks.Size - QuantizedScales.Bytes) * scale, sums);
}
