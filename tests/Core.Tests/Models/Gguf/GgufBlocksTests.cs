using Rill.Models.Gguf;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>Blocks that are packed here from their numbers, and what the formulas make of these.</summary>
public sealed class GgufBlocksTests
{
    private static readonly float[] s_e2m1 = [0, .5f, 1, 1.5f, 2, 3, 4, 6, 0, -.5f, -1, -1.5f, -2, -3, -4, -6];

    private readonly Random _random = new(5);

    [Fact]
    public void Q4_0_OfNibbles_IsTheScaleTimesQMinus8() => Check(2, [.. Half(0.5f), .. Nibbles(Numbers(32, 16))], q => 0.5f * (q - 8));

    [Fact]
    public void Q4_1_OfNibbles_AddsTheOffset() => Check(3, [.. Half(0.5f), .. Half(-3), .. Nibbles(Numbers(32, 16))], q => (0.5f * q) - 3);

    [Fact]
    public void Q5_0_OfFiveBits_IsTheScaleTimesQMinus16() => Check(6, [.. Half(2), .. FifthBits(Numbers(32, 32)), .. Nibbles(_numbers)], q => 2f * (q - 16));

    [Fact]
    public void Q5_1_OfFiveBits_AddsTheOffset() => Check(7, [.. Half(2), .. Half(1), .. FifthBits(Numbers(32, 32)), .. Nibbles(_numbers)], q => (2f * q) + 1);

    [Fact]
    public void Q8_0_OfBytes_TakesTheirSign() => Check(8, [.. Half(0.25f), .. Numbers(32, 256).Select(q => (byte)q)], q => 0.25f * (sbyte)q);

    [Fact]
    public void IQ4_NL_OfNibbles_LooksThemUp() => Check(20, [.. Half(2), .. Nibbles(Numbers(32, 16))], q => 2 * GgufBlocks.Iq4Values[q]);

    [Fact]
    public void MXFP4_OfNibbles_HasAScaleThatIsAPowerOfTwo() => Check(39, [130, .. Nibbles(Numbers(32, 16))], q => 8 * s_e2m1[q]);

    [Fact]
    public void NVFP4_OfNibbles_HasAScaleForEachSixteen()
    {
        Numbers(64, 16);
        byte[] scales = [0x38, 0x40, 0x48, 0x30];    // 1, 2, 4, 0.5
        float[] values = [1, 2, 4, 0.5f];
        byte[] nibbles = [.. _numbers.Chunk(16).SelectMany(group => Enumerable.Range(0, 8).Select(place => (byte)(group[place] | (group[place + 8] << 4))))];

        Check(40, [.. scales, .. nibbles], (q, element) => values[element / 16] * s_e2m1[q]);
    }

    [Fact]
    public void Q2_K_OfGroups_HasScalesAndOffsetsOfFourBits()
    {
        var (scales, offsets) = (Draw(16, 16), Draw(16, 16));
        byte[] small = [.. scales.Zip(offsets, (scale, offset) => (byte)(scale | (offset << 4)))];

        Check(10, [.. small, .. TwoBits(Numbers(256, 4)), .. Half(0.5f), .. Half(2)], (q, element) => (0.5f * scales[element / 16] * q) - (2f * offsets[element / 16]));
    }

    [Fact]
    public void Q3_K_OfGroups_HasScalesOfSixBits()
    {
        var scales = Draw(16, 64);
        var small = new byte[12];
        for (var group = 0; group < 16; group++)
        {
            small[group % 8] |= (byte)((scales[group] & 15) << (group < 8 ? 0 : 4));
            small[8 + (group % 4)] |= (byte)((scales[group] >> 4) << (2 * (group / 4)));
        }

        var thirds = new byte[32];
        Numbers(256, 8);
        for (var element = 0; element < 256; element++)
        {
            thirds[element % 32] |= (byte)((_numbers[element] >> 2) << (element / 32));
        }

        Check(11, [.. thirds, .. TwoBits(_numbers), .. small, .. Half(0.5f)], (q, element) => 0.5f * (scales[element / 16] - 32) * (q - 4));
    }

    [Fact]
    public void Q4_K_OfGroups_HasScalesAndOffsetsOfSixBits()
    {
        var (scales, offsets) = (Draw(8, 64), Draw(8, 64));
        byte[] nibbles = NibblesByPairsOfGroups(Numbers(256, 16));

        Check(12, [.. Half(0.5f), .. Half(2), .. SixBits(scales, offsets), .. nibbles], (q, element) => (0.5f * scales[element / 32] * q) - (2f * offsets[element / 32]));
    }

    [Fact]
    public void Q5_K_OfGroups_HasFifthBitsByGroup()
    {
        var (scales, offsets, fifths) = (Draw(8, 64), Draw(8, 64), new byte[32]);
        byte[] nibbles = NibblesByPairsOfGroups(Numbers(256, 32));
        for (var element = 0; element < 256; element++)
        {
            fifths[element % 32] |= (byte)((_numbers[element] >> 4) << (element / 32));
        }

        Check(13, [.. Half(0.5f), .. Half(2), .. SixBits(scales, offsets), .. fifths, .. nibbles], (q, element) => (0.5f * scales[element / 32] * q) - (2f * offsets[element / 32]));
    }

    [Fact]
    public void Q6_K_OfGroups_HasSignedScales()
    {
        var (scales, low, high) = (Draw(16, 256), new byte[128], new byte[64]);
        Numbers(256, 64);
        for (var element = 0; element < 256; element++)
        {
            var (half, part, place) = (element / 128, element % 128 / 32, element % 32);
            low[(half * 64) + (part % 2 * 32) + place] |= (byte)((_numbers[element] & 15) << (part / 2 * 4));
            high[(half * 32) + place] |= (byte)((_numbers[element] >> 4) << (part * 2));
        }

        Check(14, [.. low, .. high, .. scales.Select(scale => (byte)scale), .. Half(0.5f)], (q, element) => 0.5f * (sbyte)scales[element / 16] * (q - 32));
    }

    [Fact]
    public void IQ4_XS_OfGroups_HasScalesOfSixBits()
    {
        var (scales, low, high) = (Draw(8, 64), new byte[4], 0);
        for (var group = 0; group < 8; group++)
        {
            low[group / 2] |= (byte)((scales[group] & 15) << (group % 2 * 4));
            high |= (scales[group] >> 4) << (group * 2);
        }

        byte[] nibbles = [.. Numbers(256, 16).Chunk(32).SelectMany(Nibbles)];

        Check(23, [.. Half(0.5f), .. BitConverter.GetBytes((ushort)high), .. low, .. nibbles], (q, element) => 0.5f * (scales[element / 32] - 32) * GgufBlocks.Iq4Values[q]);
    }

    [Fact]
    public void TQ2_0_OfTwoBits_IsTernary() => Check(35, [.. TwoBits(Numbers(256, 3)), .. Half(0.5f)], q => 0.5f * (q - 1));

    [Theory]
    [InlineData(19u, "IQ1_S")]
    [InlineData(4u, "number 4")]
    public void Of_TypeThatIsNotRead_IsNamed(uint id, string name) => Assert.Contains(
        $"t is of type {name}, which is not supported", Assert.Throws<Rill.Models.ModelFormatException>(() => GgufType.Of(id, "m.gguf", "t")).Message, StringComparison.Ordinal);

    private int[] _numbers = [];

    private int[] Numbers(int count, int below) => _numbers = Draw(count, below);

    private int[] Draw(int count, int below) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(below))];

    private void Check(uint id, byte[] block, Func<int, float> expected) => Check(id, block, (q, _) => expected(q));

    private void Check(uint id, byte[] block, Func<int, int, float> expected)
    {
        var type = GgufType.Of(id, "m.gguf", "t");
        var values = new float[type.Elements];

        type.Decode!(block, values);

        Assert.Equal((type.Bytes, type.Elements), (block.Length, _numbers.Length));
        Assert.Equal([.. _numbers.Select(expected)], values);
    }

    private static byte[] Half(float value) => BitConverter.GetBytes((Half)value);

    private static byte[] Nibbles(int[] numbers) => [.. Enumerable.Range(0, 16).Select(place => (byte)((numbers[place] & 15) | ((numbers[place + 16] & 15) << 4)))];

    private static byte[] FifthBits(int[] numbers) => BitConverter.GetBytes(numbers.Select((number, place) => (uint)(number >> 4) << place).Aggregate((one, other) => one | other));

    /// <summary>The lower two bits of each, four groups of 32 in a stretch of 32 bytes.</summary>
    private static byte[] TwoBits(int[] numbers) =>
        [.. numbers.Chunk(128).SelectMany(half => Enumerable.Range(0, 32).Select(place => (byte)Enumerable.Range(0, 4).Sum(part => (half[(part * 32) + place] & 3) << (part * 2))))];

    /// <summary>Groups of 32: the first of a pair in the lower halves of 32 bytes, the second in the upper.</summary>
    private static byte[] NibblesByPairsOfGroups(int[] numbers) =>
        [.. numbers.Chunk(64).SelectMany(pair => Enumerable.Range(0, 32).Select(place => (byte)((pair[place] & 15) | ((pair[place + 32] & 15) << 4))))];

    private static byte[] SixBits(int[] scales, int[] offsets)
    {
        var bytes = new byte[12];
        for (var group = 0; group < 4; group++)
        {
            bytes[group] = (byte)(scales[group] | ((scales[group + 4] >> 4) << 6));
            bytes[group + 4] = (byte)(offsets[group] | ((offsets[group + 4] >> 4) << 6));
            bytes[group + 8] = (byte)((scales[group + 4] & 15) | ((offsets[group + 4] & 15) << 4));
        }

        return bytes;
    }
}
