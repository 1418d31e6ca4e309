using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>Weights back from their codes: code times scale, rounded to the type asked for.</summary>
internal static unsafe class Dequantizer
{
    private const int Lanes = QuantizedMatrix.PanelOutputs;
    private const int BlockInner = QuantizedMatrix.BlockInner;

    /// <summary>Writes one panel's outputs as rows of a row-major matrix [outputs, inner]. Panels may be done by several threads.</summary>
    /// <typeparam name="T">Type of the target.</typeparam>
    public static void Panel<T>(QuantizedMatrix matrix, int panel, void* target) where T : IElements
    {
        for (var row = panel * Lanes; row < Math.Min(matrix.Outputs, (panel + 1) * Lanes); row++)
        {
            Row<T>(matrix, row, (byte*)target + ((nint)row * matrix.Inner * T.Size));
        }
    }

    /// <summary>Writes one output's weights, inner elements.</summary>
    /// <typeparam name="T">Type of the target.</typeparam>
    public static void Row<T>(QuantizedMatrix matrix, int row, void* target) where T : IElements
    {
        var panel = matrix.Panel(row / Lanes);
        if (matrix.Format == QuantizedFormat.Q8)
        {
            Row<Q8Blocks, T>(panel, row % Lanes, matrix.Inner, target);
        }
        else
        {
            Row<Q4Blocks, T>(panel, row % Lanes, matrix.Inner, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TBlocks, T>(byte* block, int lane, int inner, void* target) where TBlocks : IQuantizedBlocks where T : IElements
    {
        var whole = inner / BlockInner * BlockInner;
        for (nint k = 0; k < whole; k += BlockInner, block += TBlocks.Size)
        {
            var (first, second) = Block<TBlocks>(block, lane);
            T.Store(first, target, k);
            T.Store(second, target, k + 16);
        }

        if (whole < inner)
        {
            var rest = stackalloc float[BlockInner];
            var (first, second) = Block<TBlocks>(block, lane);
            first.Store(rest);
            second.Store(rest + 16);
            for (nint k = whole; k < inner; k++)
            {
                T.StoreOne(rest[k - whole], target, k);
            }
        }
    }

    /// <summary>The 32 weights of one output in a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> First, Vector512<float> Second) Block<TBlocks>(byte* block, int lane) where TBlocks : IQuantizedBlocks
    {
        var fours = (uint*)block + lane;
        var scale = BFloat16Elements.LoadOne(block + TBlocks.Size - QuantizedScales.Bytes, lane);
        var low = Vector128.Create(fours[0], fours[Lanes], fours[2 * Lanes], fours[3 * Lanes]);
        var high = TBlocks.Zero == Q8Blocks.Zero ? Vector128.Create(fours[4 * Lanes], fours[5 * Lanes], fours[6 * Lanes], fours[7 * Lanes]) : Vector128.ShiftRightLogical(low, 4);
        var mask = Vector128.Create(TBlocks.Zero == Q8Blocks.Zero ? 0xFFFFFFFF : 0x0F0F0F0F);
        return (Scale((low & mask).AsByte(), TBlocks.Zero, scale), Scale((high & mask).AsByte(), TBlocks.Zero, scale));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector128<byte> codes, int zero, float scale)
    {
        var (low, high) = Vector128.Widen(codes);
        var wide = Vector512.Create(
            Vector256.Create(Vector128.WidenLower(low), Vector128.WidenUpper(low)), Vector256.Create(Vector128.WidenLower(high), Vector128.WidenUpper(high)));
        return Vector512.ConvertToSingle(wide.AsInt32() - Vector512.Create(zero)) * scale;
    }
}
