using System.Buffers.Binary;
using Rill.Models.Packed;

namespace Rill.Models.Gguf;

/// <summary>
/// The small blocks of GGUF (ggml's dequantize_row_*): 32 elements with scales of their own, 64 in NVFP4. Of 16 bytes of nibbles, the lower
/// halves are the first 16 elements and the upper halves the others. Arithmetic is in f32, as there.
/// </summary>
internal static class GgufBlocks
{
    /// <summary>The 16 values of the types IQ4.</summary>
    public static ReadOnlySpan<float> Iq4Values => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>f16 scale, nibbles: d * (q - 8).</summary>
    public static void Q4_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Half(block, 0);
        for (var element = 0; element < 32; element++)
        {
            values[element] = (Nibble(block[2..], element) - 8) * scale;
        }
    }

    /// <summary>f16 scale, f16 offset, nibbles: d * q + m.</summary>
    public static void Q4_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (scale, offset) = (Half(block, 0), Half(block, 2));
        for (var element = 0; element < 32; element++)
        {
            values[element] = (Nibble(block[4..], element) * scale) + offset;
        }
    }

    /// <summary>f16 scale, 32 fifth bits, nibbles: d * (q - 16).</summary>
    public static void Q5_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (scale, high) = (Half(block, 0), BinaryPrimitives.ReadUInt32LittleEndian(block[2..]));
        for (var element = 0; element < 32; element++)
        {
            values[element] = ((Nibble(block[6..], element) | FifthBit(high, element)) - 16) * scale;
        }
    }

    /// <summary>f16 scale, f16 offset, 32 fifth bits, nibbles: d * q + m.</summary>
    public static void Q5_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (scale, offset, high) = (Half(block, 0), Half(block, 2), BinaryPrimitives.ReadUInt32LittleEndian(block[4..]));
        for (var element = 0; element < 32; element++)
        {
            values[element] = ((Nibble(block[8..], element) | FifthBit(high, element)) * scale) + offset;
        }
    }

    /// <summary>f16 scale, signed bytes: d * q.</summary>
    public static void Q8_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Half(block, 0);
        for (var element = 0; element < 32; element++)
        {
            values[element] = (sbyte)block[2 + element] * scale;
        }
    }

    /// <summary>f16 scale, nibbles into <see cref="Iq4Values"/>.</summary>
    public static void IQ4_NL(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Half(block, 0);
        for (var element = 0; element < 32; element++)
        {
            values[element] = scale * Iq4Values[Nibble(block[2..], element)];
        }
    }

    /// <summary>E8M0 scale, nibbles of E2M1.</summary>
    public static void MXFP4(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = SmallFloats.E8M0(block[0]);
        for (var element = 0; element < 32; element++)
        {
            values[element] = scale * SmallFloats.E2M1[Nibble(block[1..], element)];
        }
    }

    /// <summary>Four scales of E4M3 without sign, then for each 16 nibbles of E2M1 in 8 bytes, the lower halves first.</summary>
    public static void NVFP4(ReadOnlySpan<byte> block, Span<float> values)
    {
        for (var group = 0; group < 4; group++)
        {
            var (scale, nibbles) = (SmallFloats.E4M3[block[group] & 127], 4 + (group * 8));
            for (var element = 0; element < 8; element++)
            {
                values[(group * 16) + element] = scale * SmallFloats.E2M1[block[nibbles + element] & 15];
                values[(group * 16) + 8 + element] = scale * SmallFloats.E2M1[block[nibbles + element] >> 4];
            }
        }
    }

    /// <summary>An f16 at an offset.</summary>
    public static float Half(ReadOnlySpan<byte> block, int offset) => (float)BinaryPrimitives.ReadHalfLittleEndian(block[offset..]);

    /// <summary>Of 16 bytes, an element's half byte.</summary>
    public static int Nibble(ReadOnlySpan<byte> bytes, int element) => element < 16 ? bytes[element] & 15 : bytes[element - 16] >> 4;

    private static int FifthBit(uint bits, int element) => (int)((bits >> element) & 1) << 4;
}
