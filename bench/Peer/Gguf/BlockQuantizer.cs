using System.Buffers.Binary;

namespace Rill.Bench.Peer.Gguf;

/// <summary>
/// ggml's two plain block formats (ggml/src/ggml-common.h, block_q8_0 and block_q4_0): 32 values share a scale in half precision. The
/// result equals, bit for bit, what the quantizer of llama.cpp writes.
/// </summary>
internal static class BlockQuantizer
{
    /// <summary>Values in a block.</summary>
    public const int Block = 32;

    /// <summary>Bytes of a q8_0 block: the scale, then a signed byte for each value.</summary>
    public const int Q8Bytes = sizeof(ushort) + Block;

    /// <summary>Bytes of a q4_0 block: the scale, then a byte for values i and i + 16, the first one in its lower half.</summary>
    public const int Q4Bytes = sizeof(ushort) + (Block / 2);

    /// <summary>value ≈ scale * q, scale = max|value| / 127, q rounded to the nearest, halves away from zero.</summary>
    public static void ToQ8(ReadOnlySpan<float> values, Span<byte> result)
    {
        for (; !values.IsEmpty; values = values[Block..], result = result[Q8Bytes..])
        {
            var greatest = 0f;
            foreach (var value in values[..Block])
            {
                greatest = MathF.Max(greatest, MathF.Abs(value));
            }

            var scale = greatest / 127;
            var inverse = scale == 0 ? 0 : 1 / scale;
            BinaryPrimitives.WriteHalfLittleEndian(result, (Half)scale);
            for (var i = 0; i < Block; i++)
            {
                result[sizeof(ushort) + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
            }
        }
    }

    /// <summary>value ≈ scale * (q - 8), scale = v / -8 with v the value of greatest magnitude, q in [0, 15].</summary>
    public static void ToQ4(ReadOnlySpan<float> values, Span<byte> result)
    {
        for (; !values.IsEmpty; values = values[Block..], result = result[Q4Bytes..])
        {
            var extreme = 0f;
            foreach (var value in values[..Block])
            {
                extreme = MathF.Abs(value) > MathF.Abs(extreme) ? value : extreme;
            }

            var scale = extreme / -8;
            var inverse = scale == 0 ? 0 : 1 / scale;
            BinaryPrimitives.WriteHalfLittleEndian(result, (Half)scale);
            for (var i = 0; i < Block / 2; i++)
            {
                result[sizeof(ushort) + i] = (byte)(Nibble(values[i] * inverse) | (Nibble(values[i + (Block / 2)] * inverse) << 4));
            }
        }
    }

    private static int Nibble(float scaled) => Math.Min(15, (int)(scaled + 8.5f));
}
