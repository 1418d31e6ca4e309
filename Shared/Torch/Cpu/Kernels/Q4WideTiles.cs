using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Tiles of q4 for AVX-512. The codes of a block's 32 weights times their inputs, two by two, fit a sum of 16 bits (16 * 15 * 127 = 30480),
/// so that a vector of 512 bits does what .NET's instruction for sums of four does in two of 256.
/// </summary>
internal readonly unsafe struct Q4WideTiles : IPanelTiles
{
    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(byte* block, nint blocks, InputBlock* x, float* target)
    {
        var sums = Vector512<float>.Zero;
        var lower = Vector512.Create((byte)0x0F);
        for (nint b = 0; b < blocks; b++, block += Q4Blocks.Size, x++)
        {
            for (var line = 0; line < Q4Blocks.Size; line += Prefetch.LineBytes)
            {
                Prefetch.Ahead(block + line);
            }

            Vector512<short> near = default, far = default;
            for (nint c = 0; c < 4; c++)
            {
                var both = Vector512.Load(block + (64 * c));
                near += Multiply(both & lower, x, 0, c);
                far += Multiply(Vector512.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & lower, x, 0, 4 + c);
            }

            sums = Accumulate(near + far, Scales(block), x, 0, sums);
        }

        sums.Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(byte* block, nint blocks, InputBlock* x0, nint rowBytes, float* target)
    {
        InputBlock* x1 = InputBlock.At(x0, rowBytes), x2 = InputBlock.At(x1, rowBytes), x3 = InputBlock.At(x2, rowBytes);
        Vector512<float> f0 = default, f1 = default, f2 = default, f3 = default;
        var lower = Vector512.Create((byte)0x0F);
        for (nint b = 0, o = 0; b < blocks; b++, block += Q4Blocks.Size, o += sizeof(InputBlock))
        {
            Vector512<short> a0 = default, a1 = default, a2 = default, a3 = default;
            for (nint c = 0; c < 4; c++)
            {
                var chunk = block + (64 * c);
                Prefetch.Ahead(chunk);
                var both = Vector512.Load(chunk);
                var near = both & lower;
                var far = Vector512.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & lower;
                a0 = a0 + Multiply(near, x0, o, c) + Multiply(far, x0, o, 4 + c);
                a1 = a1 + Multiply(near, x1, o, c) + Multiply(far, x1, o, 4 + c);
                a2 = a2 + Multiply(near, x2, o, c) + Multiply(far, x2, o, 4 + c);
                a3 = a3 + Multiply(near, x3, o, c) + Multiply(far, x3, o, 4 + c);
            }

            var scales = Scales(block);
            f0 = Accumulate(a0, scales, x0, o, f0);
            f1 = Accumulate(a1, scales, x1, o, f1);
            f2 = Accumulate(a2, scales, x2, o, f2);
            f3 = Accumulate(a3, scales, x3, o, f3);
        }

        f0.Store(target);
        f1.Store(target + QuantizedMatrix.PanelOutputs);
        f2.Store(target + (2 * QuantizedMatrix.PanelOutputs));
        f3.Store(target + (3 * QuantizedMatrix.PanelOutputs));
    }

    /// <summary>Eight sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(byte* block, nint blocks, InputBlock* x0, nint rowBytes, float* target)
    {
        InputBlock* x1 = InputBlock.At(x0, rowBytes), x2 = InputBlock.At(x1, rowBytes), x3 = InputBlock.At(x2, rowBytes), x4 = InputBlock.At(x3, rowBytes);
        InputBlock* x5 = InputBlock.At(x4, rowBytes), x6 = InputBlock.At(x5, rowBytes), x7 = InputBlock.At(x6, rowBytes);
        Vector512<float> f0 = default, f1 = default, f2 = default, f3 = default, f4 = default, f5 = default, f6 = default, f7 = default;
        var lower = Vector512.Create((byte)0x0F);
        for (nint b = 0, o = 0; b < blocks; b++, block += Q4Blocks.Size, o += sizeof(InputBlock))
        {
            Vector512<short> a0 = default, a1 = default, a2 = default, a3 = default;
            Vector512<short> a4 = default, a5 = default, a6 = default, a7 = default;
            for (nint c = 0; c < 4; c++)
            {
                var chunk = block + (64 * c);
                Prefetch.Ahead(chunk);
                var both = Vector512.Load(chunk);
                var near = both & lower;
                var far = Vector512.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & lower;
                a0 = a0 + Multiply(near, x0, o, c) + Multiply(far, x0, o, 4 + c);
                a1 = a1 + Multiply(near, x1, o, c) + Multiply(far, x1, o, 4 + c);
                a2 = a2 + Multiply(near, x2, o, c) + Multiply(far, x2, o, 4 + c);
                a3 = a3 + Multiply(near, x3, o, c) + Multiply(far, x3, o, 4 + c);
                a4 = a4 + Multiply(near, x4, o, c) + Multiply(far, x4, o, 4 + c);
                a5 = a5 + Multiply(near, x5, o, c) + Multiply(far, x5, o, 4 + c);
                a6 = a6 + Multiply(near, x6, o, c) + Multiply(far, x6, o, 4 + c);
                a7 = a7 + Multiply(near, x7, o, c) + Multiply(far, x7, o, 4 + c);
            }

            var scales = Scales(block);
            f0 = Accumulate(a0, scales, x0, o, f0);
            f1 = Accumulate(a1, scales, x1, o, f1);
            f2 = Accumulate(a2, scales, x2, o, f2);
            f3 = Accumulate(a3, scales, x3, o, f3);
            f4 = Accumulate(a4, scales, x4, o, f4);
            f5 = Accumulate(a5, scales, x5, o, f5);
            f6 = Accumulate(a6, scales, x6, o, f6);
            f7 = Accumulate(a7, scales, x7, o, f7);
        }

        f0.Store(target);
        f1.Store(target + QuantizedMatrix.PanelOutputs);
        f2.Store(target + (2 * QuantizedMatrix.PanelOutputs));
        f3.Store(target + (3 * QuantizedMatrix.PanelOutputs));
        f4.Store(target + (4 * QuantizedMatrix.PanelOutputs));
        f5.Store(target + (5 * QuantizedMatrix.PanelOutputs));
        f6.Store(target + (6 * QuantizedMatrix.PanelOutputs));
        f7.Store(target + (7 * QuantizedMatrix.PanelOutputs));
    }

    /// <summary>Codes times inputs, two by two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Multiply(Vector512<byte> codes, InputBlock* x, nint offset, nint c) =>
        Avx512BW.MultiplyAddAdjacent(codes, Vector512.Create(InputBlock.Four(InputBlock.At(x, offset), c)).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scales(byte* block) => BFloat16Elements.Load(block + Q4Blocks.Size - QuantizedScales.Bytes, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Accumulate(Vector512<short> pairs, Vector512<float> scales, InputBlock* x, nint offset, Vector512<float> sums)
    {
        var products = Avx512BW.MultiplyAddAdjacent(pairs, Vector512<short>.One) + Vector512.Create(InputBlock.At(x, offset)->Offset);
        return Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(products), scales * InputBlock.At(x, offset)->Scale, sums);
    }
}
