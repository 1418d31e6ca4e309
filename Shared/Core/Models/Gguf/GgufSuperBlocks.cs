using System.Buffers.Binary;

namespace Rill.Models.Gguf;

/// <summary>
/// The blocks of GGUF with 256 elements (ggml's dequantize_row_*): groups of 16 or 32 elements have small scales, which the block's f16 scales
/// multiply. Arithmetic is in f32, in the order of the reference.
/// </summary>
internal static class GgufSuperBlocks
{
    private const int Size = 256;

    /// <summary>16 bytes of scales (lower half) and offsets (upper half), 2-bit numbers, f16 d and m: d * s * q - m * o.</summary>
    public static void Q2_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (scale, least) = (GgufBlocks.Half(block, 80), GgufBlocks.Half(block, 82));
        for (var group = 0; group < Size / 16; group++)
        {
            var (factor, offset) = (scale * (block[group] & 15), least * (block[group] >> 4));
            for (var element = group * 16; element < (group + 1) * 16; element++)
            {
                values[element] = (factor * TwoBits(block[16..], element)) - offset;
            }
        }
    }

    /// <summary>Third bits, 2-bit numbers, 12 bytes of 6-bit scales, f16 d: d * (s - 32) * q, q from -4 to 3.</summary>
    public static void Q3_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = GgufBlocks.Half(block, 108);
        var scales = block[96..108];
        for (var group = 0; group < Size / 16; group++)
        {
            var low = group < 8 ? scales[group] & 15 : scales[group - 8] >> 4;
            var high = (scales[8 + (group % 4)] >> (2 * (group / 4))) & 3;
            var factor = scale * ((low | (high << 4)) - 32);
            for (var element = group * 16; element < (group + 1) * 16; element++)
            {
                var isHigh = ((block[element % 32] >> (element / 32)) & 1) != 0;
                values[element] = factor * (TwoBits(block[32..], element) - (isHigh ? 0 : 4));
            }
        }
    }

    /// <summary>f16 d and m, 12 bytes of 6-bit scales and offsets, nibbles: d * s * q - m * o.</summary>
    public static void Q4_K(ReadOnlySpan<byte> block, Span<float> values) => Q4Or5(block, default, block[16..], values);

    /// <summary>As Q4_K, with the fifth bits of all numbers before the nibbles.</summary>
    public static void Q5_K(ReadOnlySpan<byte> block, Span<float> values) => Q4Or5(block, block[16..48], block[48..], values);

    /// <summary>Lower halves, upper 2 bits, 16 signed scales, f16 d: d * s * (q - 32).</summary>
    public static void Q6_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = GgufBlocks.Half(block, 208);
        for (var element = 0; element < Size; element++)
        {
            var (half, part, place) = (element / 128, element % 128 / 32, element % 32);
            var pair = block[(64 * half) + place + (32 * (part & 1))];
            var low = part >= 2 ? pair >> 4 : pair & 15;
            var high = (block[128 + (32 * half) + place] >> (2 * part)) & 3;
            values[element] = scale * (sbyte)block[192 + (element / 16)] * ((low | (high << 4)) - 32);
        }
    }

    /// <summary>f16 d, upper 2 bits and lower halves of 8 scales, nibbles: d * (s - 32) * value.</summary>
    public static void IQ4_XS(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (scale, high) = (GgufBlocks.Half(block, 0), BinaryPrimitives.ReadUInt16LittleEndian(block[2..]));
        for (var group = 0; group < Size / 32; group++)
        {
            var small = ((block[4 + (group / 2)] >> (4 * (group % 2))) & 15) | (((high >> (2 * group)) & 3) << 4);
            var (factor, nibbles) = (scale * (small - 32), 8 + (group * 16));
            for (var element = 0; element < 32; element++)
            {
                values[(group * 32) + element] = factor * GgufBlocks.Iq4Values[GgufBlocks.Nibble(block[nibbles..], element)];
            }
        }
    }

    /// <summary>2-bit numbers, f16 d: d * (q - 1).</summary>
    public static void TQ2_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = GgufBlocks.Half(block, 64);
        for (var element = 0; element < Size; element++)
        {
            values[element] = (TwoBits(block, element) - 1) * scale;
        }
    }

    /// <summary>Of 64 bytes, an element's two bits: 32 bytes hold 128 elements, each byte those of four that lie 32 apart.</summary>
    private static int TwoBits(ReadOnlySpan<byte> bytes, int element) =>
        (bytes[(32 * (element / 128)) + (element % 32)] >> (2 * (element % 128 / 32))) & 3;

    private static void Q4Or5(ReadOnlySpan<byte> block, ReadOnlySpan<byte> fifths, ReadOnlySpan<byte> nibbles, Span<float> values)
    {
        var (scale, least) = (GgufBlocks.Half(block, 0), GgufBlocks.Half(block, 2));
        for (var group = 0; group < Size / 32; group++)
        {
            var (small, smallLeast) = SixBits(block.Slice(4, 12), group);
            var (factor, offset, shift) = (scale * small, least * smallLeast, 4 * (group % 2));
            for (var place = 0; place < 32; place++)
            {
                var number = (nibbles[(32 * (group / 2)) + place] >> shift) & 15;
                number += fifths.IsEmpty ? 0 : ((fifths[place] >> group) & 1) << 4;
                values[(group * 32) + place] = (factor * number) - offset;
            }
        }
    }

    /// <summary>Of 12 bytes, the scale and the offset of one of 8 groups.</summary>
    private static (int Scale, int Offset) SixBits(ReadOnlySpan<byte> bytes, int group) => group < 4
        ? (bytes[group] & 63, bytes[group + 4] & 63)
        : ((bytes[group + 4] & 15) | ((bytes[group - 4] >> 6) << 4), (bytes[group + 4] >> 4) | ((bytes[group] >> 6) << 4));
}
