using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Turns rows of weights into the panels of a <see cref="QuantizedMatrix"/>. The scale of 32 weights is chosen so that the one of largest
/// magnitude gets the code of largest magnitude, -128 or -8, whatever its sign: a scale may be negative. Several scales are tried, and the
/// one with the least squared error is taken: in q4, where the first is seldom best, others around it; in q8 the next larger ones, since the
/// error of 32 roundings differs more from scale to scale than it grows. Scales are rounded to bf16 before they are used. Where a checkpoint
/// holds whole multiples of a step already, these are the codes if they fit (<see cref="WholeSteps"/>).
/// </summary>
internal static unsafe class Quantizer
{
    private const int Lanes = QuantizedMatrix.PanelOutputs;
    private const int BlockInner = QuantizedMatrix.BlockInner;

    // Neighbouring bf16 numbers differ by a two hundredth or less: six take a fifth off the squared error, more give hardly anything.
    private const int Q8Scales = 6;

    // Codes that the weight of largest magnitude may get in q4.
    private static readonly float[] s_q4Tops = [-8, -7.75f, -7.5f, -7.25f, -8.25f, -8.5f, -8.75f, -9, 7, 7.25f, 7.5f];

    /// <summary>Quantizes one panel. Panels may be done by several threads.</summary>
    /// <param name="source">The whole matrix, [outputs, inner], row-major.</param>
    /// <param name="type">Its type: f32, bf16 or f16.</param>
    /// <param name="matrix">Where the panel goes.</param>
    /// <param name="panel">Its number.</param>
    /// <param name="largestMultiple">
    /// Of a packed checkpoint, the largest magnitude of the whole multiples that its format writes, 0 for formats without such; else null.
    /// </param>
    /// <returns>What became of the blocks of a packed checkpoint.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RepackCount Quantize(void* source, ScalarType type, QuantizedMatrix matrix, int panel, int? largestMultiple = null)
    {
        var target = matrix.Panel(panel);
        var rowBytes = (nint)matrix.Inner * (type == ScalarType.Float32 ? sizeof(float) : sizeof(ushort));
        var values = stackalloc float[BlockInner];
        var codes = stackalloc sbyte[Lanes * BlockInner];
        var steps = stackalloc WholeSteps[Lanes];
        new Span<WholeSteps>(steps, Lanes).Clear();
        var count = new RepackCount();
        for (var block = 0; block < matrix.Blocks; block++, target += QuantizedMatrix.BlockBytes(matrix.Format))
        {
            var scales = (ushort*)(target + QuantizedMatrix.BlockBytes(matrix.Format) - QuantizedScales.Bytes);
            for (var lane = 0; lane < Lanes; lane++)
            {
                var row = (panel * Lanes) + lane;
                var width = row < matrix.Outputs ? Math.Min(BlockInner, matrix.Inner - (block * BlockInner)) : 0;
                new Span<float>(values, BlockInner).Clear();
                Widen((byte*)source + (row * rowBytes), type, block * BlockInner, width, values);
                var scale = largestMultiple is { } largest && width > 0
                    ? RepackedScale(values, matrix.Format, largest, ref steps[lane], ref count)
                    : Scale(values, matrix.Format);
                BFloat16Elements.StoreOne(scale, scales, lane);
                Encode(values, scale, matrix.Format, codes + (lane * BlockInner));
            }

            Interleave(codes, matrix.Format, target);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scale(float* values, QuantizedFormat format) => format == QuantizedFormat.Q8 ? Q8Scale(values) : Q4Scale(values);

    /// <summary>The scale with which the codes are a packed checkpoint's own numbers; where these do not fit, one as for other weights.</summary>
    private static float RepackedScale(float* values, QuantizedFormat format, int largest, ref WholeSteps steps, ref RepackCount count)
    {
        var extreme = Extreme(values);
        if (extreme == 0)
        {
            count += new RepackCount(1, 0, 0);
            return 0;
        }

        var (least, most) = Bounds(format);
        var scale = largest == 0 ? 0 : Round(steps.Find(values, extreme, largest, least, most));
        count += scale == 0 ? new(0, 0, 1) : WholeSteps.AreExact(values, scale) ? new(1, 0, 0) : new RepackCount(0, 1, 0);
        return scale == 0 ? Scale(values, format) : scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(byte* row, ScalarType type, int first, int count, float* target)
    {
        switch (type)
        {
            case ScalarType.Float32:
                new ReadOnlySpan<float>((float*)row + first, count).CopyTo(new Span<float>(target, count));
                break;
            case ScalarType.BFloat16:
                RowKernels.Widen<BFloat16Elements>((ushort*)row + first, target, count);
                break;
            default:
                for (var i = 0; i < count; i++)
                {
                    target[i] = (float)((Half*)row)[first + i];
                }

                break;
        }
    }

    /// <summary>The least scale that cuts nothing off, or one of the next few, whichever errs least.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Q8Scale(float* values)
    {
        var top = Extreme(values);
        var scale = Round(top / -128);

        // A scale that was rounded towards zero would cut the extreme off: the next larger one holds it.
        scale = MathF.Abs(scale * 128) < MathF.Abs(top) ? Next(scale) : scale;
        var (best, least) = (0f, float.PositiveInfinity);
        for (var i = 0; i < Q8Scales; i++, scale = Next(scale))
        {
            var error = SquaredError(values, scale, -128, 127);
            if (error < least)
            {
                (best, least) = (scale, error);
            }
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Q4Scale(float* values)
    {
        var extreme = Extreme(values);
        var (best, least) = (0f, float.PositiveInfinity);
        foreach (var top in s_q4Tops)
        {
            var scale = Round(extreme / top);
            var error = SquaredError(values, scale, -8, 7);
            if (error < least)
            {
                (best, least) = (scale, error);
            }
        }

        return best;
    }

    /// <summary>The value of largest magnitude, with its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Extreme(float* values)
    {
        var (first, second) = (Vector512.Load(values), Vector512.Load(values + 16));
        var (low, high) = (-VectorMath.Largest(-Vector512.Min(first, second)), VectorMath.Largest(Vector512.Max(first, second)));
        return -low > high ? low : high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Round(float value)
    {
        ushort bits;
        BFloat16Elements.StoreOne(value, &bits, 0);
        return BFloat16Elements.LoadOne(&bits, 0);
    }

    /// <summary>The bf16 of the next larger magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Next(float scale) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(scale) + 0x10000);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Codes(Vector512<float> values, float inverse, float least, float most) =>
        Vector512.Min(Vector512.Max(Vector512.Round(values * inverse), Vector512.Create(least)), Vector512.Create(most));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SquaredError(float* values, float scale, float lowest, float highest)
    {
        var inverse = Inverse(scale);
        var (first, second) = (Vector512.Load(values), Vector512.Load(values + 16));
        var (low, high) = (first - (Codes(first, inverse, lowest, highest) * scale), second - (Codes(second, inverse, lowest, highest) * scale));
        return Vector512.Sum((low * low) + (high * high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Inverse(float scale) => scale == 0 ? 0 : 1 / scale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Encode(float* values, float scale, QuantizedFormat format, sbyte* codes)
    {
        var (least, most) = Bounds(format);
        var inverse = Inverse(scale);
        var low = Vector512.ConvertToInt32(Codes(Vector512.Load(values), inverse, least, most));
        var high = Vector512.ConvertToInt32(Codes(Vector512.Load(values + 16), inverse, least, most));
        var narrow = Vector512.Narrow(low, high);
        Vector256.Narrow(narrow.GetLower(), narrow.GetUpper()).Store(codes);
    }

    /// <summary>The codes of a format.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (float Least, float Most) Bounds(QuantizedFormat format) => format == QuantizedFormat.Q8 ? (-128, 127) : (-8, 7);

    /// <summary>Sixteen rows of 32 codes to the order of a block; see <see cref="QuantizedMatrix"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(sbyte* codes, QuantizedFormat format, byte* target)
    {
        uint* fours = (uint*)codes, chunks = (uint*)target;
        for (var lane = 0; lane < Lanes; lane++)
        {
            for (var c = 0; c < 4; c++)
            {
                var (first, second) = (fours[(lane * 8) + c], fours[(lane * 8) + 4 + c]);
                if (format == QuantizedFormat.Q8)
                {
                    // Flipping the sign bit adds 128 to a byte.
                    chunks[(c * Lanes) + lane] = first ^ 0x80808080;
                    chunks[((4 + c) * Lanes) + lane] = second ^ 0x80808080;
                }
                else
                {
                    // Flipping the sign bit adds 8 to half a byte.
                    chunks[(c * Lanes) + lane] = ((first & 0x0F0F0F0F) | ((second & 0x0F0F0F0F) << 4)) ^ 0x88888888;
                }
            }
        }
    }
}
