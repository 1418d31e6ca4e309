using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Tiles of q8 for AVX-512: sums of floats in vectors of 512 bits, of integers in two of 256, as .NET has no wider instruction for them.
/// </summary>
internal readonly unsafe struct Q8WideTiles : IPanelTiles
{
    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated && AvxVnni.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(byte* block, nint blocks, InputBlock* x, float* target)
    {
        var sums = Vector512<float>.Zero;
        for (nint b = 0; b < blocks; b++, block += Q8Blocks.Size, x++)
        {
            for (var line = 0; line < Q8Blocks.Size; line += Prefetch.LineBytes)
            {
                Prefetch.Ahead(block + line);
            }

            // Two chains for each half: one would wait for itself.
            Vector256<int> lower = Start(x, 0), upper = lower, nextLower = default, nextUpper = default;
            for (nint c = 0; c < 8; c += 2)
            {
                var chunks = block + (64 * c);
                Vector256<sbyte> v = Broadcast(x, 0, c), next = Broadcast(x, 0, c + 1);
                lower = AvxVnni.MultiplyWideningAndAdd(lower, Vector256.Load(chunks), v);
                upper = AvxVnni.MultiplyWideningAndAdd(upper, Vector256.Load(chunks + 32), v);
                nextLower = AvxVnni.MultiplyWideningAndAdd(nextLower, Vector256.Load(chunks + 64), next);
                nextUpper = AvxVnni.MultiplyWideningAndAdd(nextUpper, Vector256.Load(chunks + 96), next);
            }

            sums = Accumulate(lower + nextLower, upper + nextUpper, Scales(block), x, 0, sums);
        }

        sums.Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(byte* block, nint blocks, InputBlock* x0, nint rowBytes, float* target)
    {
        InputBlock* x1 = InputBlock.At(x0, rowBytes), x2 = InputBlock.At(x1, rowBytes), x3 = InputBlock.At(x2, rowBytes);
        Vector512<float> f0 = default, f1 = default, f2 = default, f3 = default;
        for (nint b = 0, o = 0; b < blocks; b++, block += Q8Blocks.Size, o += sizeof(InputBlock))
        {
            Vector256<int> l0 = Start(x0, o), l1 = Start(x1, o), l2 = Start(x2, o), l3 = Start(x3, o);
            Vector256<int> u0 = l0, u1 = l1, u2 = l2, u3 = l3;
            for (nint c = 0; c < 8; c++)
            {
                var chunk = block + (64 * c);
                Prefetch.Ahead(chunk);
                Vector256<byte> lower = Vector256.Load(chunk), upper = Vector256.Load(chunk + 32);
                var v = Broadcast(x0, o, c);
                l0 = AvxVnni.MultiplyWideningAndAdd(l0, lower, v);
                u0 = AvxVnni.MultiplyWideningAndAdd(u0, upper, v);
                v = Broadcast(x1, o, c);
                l1 = AvxVnni.MultiplyWideningAndAdd(l1, lower, v);
                u1 = AvxVnni.MultiplyWideningAndAdd(u1, upper, v);
                v = Broadcast(x2, o, c);
                l2 = AvxVnni.MultiplyWideningAndAdd(l2, lower, v);
                u2 = AvxVnni.MultiplyWideningAndAdd(u2, upper, v);
                v = Broadcast(x3, o, c);
                l3 = AvxVnni.MultiplyWideningAndAdd(l3, lower, v);
                u3 = AvxVnni.MultiplyWideningAndAdd(u3, upper, v);
            }

            var scales = Scales(block);
            f0 = Accumulate(l0, u0, scales, x0, o, f0);
            f1 = Accumulate(l1, u1, scales, x1, o, f1);
            f2 = Accumulate(l2, u2, scales, x2, o, f2);
            f3 = Accumulate(l3, u3, scales, x3, o, f3);
        }

        f0.Store(target);
        f1.Store(target + QuantizedMatrix.PanelOutputs);
        f2.Store(target + (2 * QuantizedMatrix.PanelOutputs));
        f3.Store(target + (3 * QuantizedMatrix.PanelOutputs));
    }

    /// <summary>Sixteen sums of eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(byte* block, nint blocks, InputBlock* x0, nint rowBytes, float* target)
    {
        InputBlock* x1 = InputBlock.At(x0, rowBytes), x2 = InputBlock.At(x1, rowBytes), x3 = InputBlock.At(x2, rowBytes), x4 = InputBlock.At(x3, rowBytes);
        InputBlock* x5 = InputBlock.At(x4, rowBytes), x6 = InputBlock.At(x5, rowBytes), x7 = InputBlock.At(x6, rowBytes);
        Vector512<float> f0 = default, f1 = default, f2 = default, f3 = default, f4 = default, f5 = default, f6 = default, f7 = default;
        for (nint b = 0, o = 0; b < blocks; b++, block += Q8Blocks.Size, o += sizeof(InputBlock))
        {
            Vector256<int> l0 = Start(x0, o), l1 = Start(x1, o), l2 = Start(x2, o), l3 = Start(x3, o);
            Vector256<int> l4 = Start(x4, o), l5 = Start(x5, o), l6 = Start(x6, o), l7 = Start(x7, o);
            Vector256<int> u0 = l0, u1 = l1, u2 = l2, u3 = l3;
            Vector256<int> u4 = l4, u5 = l5, u6 = l6, u7 = l7;
            for (nint c = 0; c < 8; c++)
            {
                var chunk = block + (64 * c);
                Prefetch.Ahead(chunk);
                Vector256<byte> lower = Vector256.Load(chunk), upper = Vector256.Load(chunk + 32);
                var v = Broadcast(x0, o, c);
                l0 = AvxVnni.MultiplyWideningAndAdd(l0, lower, v);
                u0 = AvxVnni.MultiplyWideningAndAdd(u0, upper, v);
                v = Broadcast(x1, o, c);
                l1 = AvxVnni.MultiplyWideningAndAdd(l1, lower, v);
                u1 = AvxVnni.MultiplyWideningAndAdd(u1, upper, v);
                v = Broadcast(x2, o, c);
                l2 = AvxVnni.MultiplyWideningAndAdd(l2, lower, v);
                u2 = AvxVnni.MultiplyWideningAndAdd(u2, upper, v);
                v = Broadcast(x3, o, c);
                l3 = AvxVnni.MultiplyWideningAndAdd(l3, lower, v);
                u3 = AvxVnni.MultiplyWideningAndAdd(u3, upper, v);
                v = Broadcast(x4, o, c);
                l4 = AvxVnni.MultiplyWideningAndAdd(l4, lower, v);
                u4 = AvxVnni.MultiplyWideningAndAdd(u4, upper, v);
                v = Broadcast(x5, o, c);
                l5 = AvxVnni.MultiplyWideningAndAdd(l5, lower, v);
                u5 = AvxVnni.MultiplyWideningAndAdd(u5, upper, v);
                v = Broadcast(x6, o, c);
                l6 = AvxVnni.MultiplyWideningAndAdd(l6, lower, v);
                u6 = AvxVnni.MultiplyWideningAndAdd(u6, upper, v);
                v = Broadcast(x7, o, c);
                l7 = AvxVnni.MultiplyWideningAndAdd(l7, lower, v);
                u7 = AvxVnni.MultiplyWideningAndAdd(u7, upper, v);
            }

            var scales = Scales(block);
            f0 = Accumulate(l0, u0, scales, x0, o, f0);
            f1 = Accumulate(l1, u1, scales, x1, o, f1);
            f2 = Accumulate(l2, u2, scales, x2, o, f2);
            f3 = Accumulate(l3, u3, scales, x3, o, f3);
            f4 = Accumulate(l4, u4, scales, x4, o, f4);
            f5 = Accumulate(l5, u5, scales, x5, o, f5);
            f6 = Accumulate(l6, u6, scales, x6, o, f6);
            f7 = Accumulate(l7, u7, scales, x7, o, f7);
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

    /// <summary>What a block's sums begin with, as codes are greater than weights by 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Start(InputBlock* x, nint offset) => Vector256.ShiftLeft(Vector256.Create(InputBlock.At(x, offset)->Offset), 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Broadcast(InputBlock* x, nint offset, nint c) => Vector256.Create(InputBlock.Four(InputBlock.At(x, offset), c)).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scales(byte* block) => BFloat16Elements.Load(block + Q8Blocks.Size - QuantizedScales.Bytes, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Accumulate(Vector256<int> lower, Vector256<int> upper, Vector512<float> scales, InputBlock* x, nint offset, Vector512<float> sums) =>
        Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(lower.ToVector512Unsafe().WithUpper(upper)), scales * InputBlock.At(x, offset)->Scale, sums);
}
