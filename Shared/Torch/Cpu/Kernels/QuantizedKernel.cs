using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// y[n, r] = sum over blocks b of (scale[r, b] * inputScale[n, b]) * (sum over the block's 32 elements of weight[r] * input[n]), the inner
/// sum in integers, the outer one a chain of fused multiply-adds in f32 in ascending order of b.
/// <para>Every tile keeps to that chain, so an output's bits depend on its weights and its own input alone.</para>
/// </summary>
internal static unsafe class QuantizedKernel
{
    /// <summary>Inputs of the largest tile. Tiles are not cut short: the last one may read up to this many rows, less one, beyond the input.</summary>
    public const int MostInputs = 8;

    // Inputs of a pass stay in the second-level cache while all panels go over them: 512 KB gives 3 to 5 % more than 192 KB at 512 rows.
    private const int PassBytes = 512 * 1024;

    /// <summary>True where a format has tiles for the widest vectors: prompts, too, are then best computed here.</summary>
    public static bool IsWide(QuantizedFormat format) => format == QuantizedFormat.Q8 ? Q8WideTiles.IsSupported : Q4WideTiles.IsSupported;

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
        if (IsWide(matrix.Format))
        {
            MultiplyWide(matrix, first, outputs, input, rows, target, stride);
        }
        else if (AvxVnni.IsSupported)
        {
            MultiplyBy<VnniDot>(matrix, first, outputs, input, rows, target, stride);
        }
        else if (Avx2.IsSupported)
        {
            MultiplyBy<Avx2Dot>(matrix, first, outputs, input, rows, target, stride);
        }
        else if (Dp.IsSupported)
        {
            MultiplyBy<ArmDot>(matrix, first, outputs, input, rows, target, stride);
        }
        else
        {
            MultiplyBy<PortableDot>(matrix, first, outputs, input, rows, target, stride);
        }
    }

    /// <inheritdoc cref="Multiply(QuantizedMatrix, int, int, QuantizedInput, int, float*, int)"/>
    internal static void MultiplyBy<TDot>(QuantizedMatrix matrix, int first, int outputs, QuantizedInput input, int rows, float* target, int stride)
        where TDot : IByteDot
    {
        if (matrix.Format == QuantizedFormat.Q8)
        {
            Multiply<HalfTiles<Q8Blocks, TDot>>(matrix, first, outputs, input, rows, target, stride);
        }
        else
        {
            Multiply<HalfTiles<Q4Blocks, TDot>>(matrix, first, outputs, input, rows, target, stride);
        }
    }

    private static void MultiplyWide(QuantizedMatrix matrix, int first, int outputs, QuantizedInput input, int rows, float* target, int stride)
    {
        if (matrix.Format == QuantizedFormat.Q8)
        {
            Multiply<Q8WideTiles>(matrix, first, outputs, input, rows, target, stride);
        }
        else
        {
            Multiply<Q4WideTiles>(matrix, first, outputs, input, rows, target, stride);
        }
    }

    private static void Multiply<TTiles>(QuantizedMatrix matrix, int first, int outputs, QuantizedInput input, int rows, float* target, int stride)
        where TTiles : IPanelTiles
    {
        const int lanes = QuantizedMatrix.PanelOutputs;
        var most = Math.Max(1, (int)(PassBytes / input.RowBytes / MostInputs)) * MostInputs;
        for (var row = 0; row < rows; row += most)
        {
            for (var output = first / lanes * lanes; output < first + outputs; output += lanes)
            {
                // The outputs of this panel that are asked for; all sixteen are computed.
                var (from, to) = (Math.Max(first, output), Math.Min(first + outputs, output + lanes));
                var place = target + ((nint)row * stride) + (from - first);
                Panel<TTiles>(matrix.Panel(output / lanes), input, row, Math.Min(most, rows - row), from - output, to - from, place, stride);
            }
        }
    }

    /// <summary>Some of a panel's outputs for some rows.</summary>
    private static void Panel<TTiles>(byte* panel, QuantizedInput input, int row, int rows, int from, int count, float* target, int stride)
        where TTiles : IPanelTiles
    {
        const int lanes = QuantizedMatrix.PanelOutputs;
        var sums = stackalloc float[MostInputs * lanes];
        for (var end = row + rows; row < end; row += MostInputs)
        {
            var left = Math.Min(MostInputs, end - row);
            Tile<TTiles>(panel, input, row, left, sums);
            for (var n = 0; n < left; n++, target += stride)
            {
                var source = sums + (n * lanes);
                if (count == lanes)
                {
                    Vector512.Load(source).Store(target);
                }
                else
                {
                    new ReadOnlySpan<float>(source + from, count).CopyTo(new Span<float>(target, count));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<TTiles>(byte* panel, QuantizedInput input, int row, int rows, float* sums) where TTiles : IPanelTiles
    {
        switch (rows)
        {
            case 1:
                TTiles.One(panel, input.Blocks, input.Row(row), sums);
                break;
            case <= 4:
                TTiles.Four(panel, input.Blocks, input.Row(row), input.RowBytes, sums);
                break;
            default:
                TTiles.Eight(panel, input.Blocks, input.Row(row), input.RowBytes, sums);
                break;
        }
    }
}
