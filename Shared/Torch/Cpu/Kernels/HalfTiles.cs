using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>Tiles of eight outputs, half a panel at a time, for vectors of 256 bits and less.</summary>
/// <typeparam name="TBlocks">The weights' format.</typeparam>
/// <typeparam name="TDot">The processor's way of multiplying bytes.</typeparam>
internal readonly unsafe struct HalfTiles<TBlocks, TDot> : IPanelTiles where TBlocks : IQuantizedBlocks where TDot : IByteDot
{
    private const int Lanes = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(byte* block, nint blocks, InputBlock* x, float* target)
    {
        Vector256<float> lower = default, upper = default;
        for (nint b = 0; b < blocks; b++, block += TBlocks.Size, x++)
        {
            for (var line = 0; line < TBlocks.Size; line += Prefetch.LineBytes)
            {
                Prefetch.Ahead(block + line);
            }

            var first = Start(x);
            var second = first;
            for (var c = 0; c < 4; c++)
            {
                Vector256<sbyte> v = Broadcast(x, c), u = Broadcast(x, 4 + c);
                var (near, far) = Load(block, 0, c);
                first = TDot.Add(TDot.Add(first, near, v), far, u);
                (near, far) = Load(block, 1, c);
                second = TDot.Add(TDot.Add(second, near, v), far, u);
            }

            lower = Accumulate(first, Scales(block, 0), x, lower);
            upper = Accumulate(second, Scales(block, 1), x, upper);
        }

        lower.Store(target);
        upper.Store(target + Lanes);
    }

    public static void Four(byte* block, nint blocks, InputBlock* x, nint rowBytes, float* target)
    {
        Four(block, blocks, 0, x, rowBytes, target);
        Four(block, blocks, 1, x, rowBytes, target + Lanes);
    }

    public static void Eight(byte* block, nint blocks, InputBlock* x, nint rowBytes, float* target)
    {
        Four(block, blocks, x, rowBytes, target);
        Four(block, blocks, InputBlock.At(x, 4 * rowBytes), rowBytes, target + (4 * QuantizedMatrix.PanelOutputs));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(byte* block, nint blocks, int half, InputBlock* x0, nint rowBytes, float* target)
    {
        InputBlock* x1 = InputBlock.At(x0, rowBytes), x2 = InputBlock.At(x1, rowBytes), x3 = InputBlock.At(x2, rowBytes);
        Vector256<float> f0 = default, f1 = default, f2 = default, f3 = default;
        for (nint b = 0; b < blocks; b++, block += TBlocks.Size, x0++, x1++, x2++, x3++)
        {
            Vector256<int> a0 = Start(x0), a1 = Start(x1), a2 = Start(x2), a3 = Start(x3);
            for (var c = 0; c < 4; c++)
            {
                var (near, far) = Load(block, half, c);
                a0 = TDot.Add(TDot.Add(a0, near, Broadcast(x0, c)), far, Broadcast(x0, 4 + c));
                a1 = TDot.Add(TDot.Add(a1, near, Broadcast(x1, c)), far, Broadcast(x1, 4 + c));
                a2 = TDot.Add(TDot.Add(a2, near, Broadcast(x2, c)), far, Broadcast(x2, 4 + c));
                a3 = TDot.Add(TDot.Add(a3, near, Broadcast(x3, c)), far, Broadcast(x3, 4 + c));
            }

            var scales = Scales(block, half);
            f0 = Accumulate(a0, scales, x0, f0);
            f1 = Accumulate(a1, scales, x1, f1);
            f2 = Accumulate(a2, scales, x2, f2);
            f3 = Accumulate(a3, scales, x3, f3);
        }

        f0.Store(target);
        f1.Store(target + QuantizedMatrix.PanelOutputs);
        f2.Store(target + (2 * QuantizedMatrix.PanelOutputs));
        f3.Store(target + (3 * QuantizedMatrix.PanelOutputs));
    }

    /// <summary>What a block's sums begin with: codes are greater than weights by Zero, the sums of products by Zero times the sum of the inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Start(InputBlock* x) => TDot.TakesSigned ? Vector256<int>.Zero : Vector256.Create(x->Offset) * (TBlocks.Zero / Q4Blocks.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<byte> First, Vector256<byte> Second) Load(byte* block, int half, int c)
    {
        var (first, second) = TBlocks.Load(block, half, c);
        var zero = Vector256.Create((byte)TBlocks.Zero);
        return TDot.TakesSigned ? (first - zero, second - zero) : (first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scales(byte* block, int half) => QuantizedScales.Load(block + TBlocks.Size - QuantizedScales.Bytes + (half * QuantizedScales.Bytes / 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Broadcast(InputBlock* x, int c) => Vector256.Create(InputBlock.Four(x, c)).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate(Vector256<int> products, Vector256<float> scales, InputBlock* x, Vector256<float> sums) =>
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(products), scales * x->Scale, sums);
}
