using System.Text;
using Rill.Bench.Models;
using Rill.Bench.Peer.Gguf;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class GgufTests
{
    [Fact]
    public void ToQ8_OfABlock_KeepsEveryValueWithinHalfAStep()
    {
        var values = Enumerable.Range(0, BlockQuantizer.Block).Select(i => (i - 12.5f) * 0.3f).ToArray();
        var block = new byte[BlockQuantizer.Q8Bytes];

        BlockQuantizer.ToQ8(values, block);

        var scale = (float)BitConverter.ToHalf(block);
        Assert.Equal(values.Max(MathF.Abs) / 127, scale, tolerance: 1e-4);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], scale * (sbyte)block[2 + i], tolerance: (scale / 2) + 1e-2);
        }
    }

    [Fact]
    public void ToQ4_OfABlock_KeepsTheValueOfGreatestMagnitudeAndPairsValuesSixteenApart()
    {
        var values = new float[BlockQuantizer.Block];
        (values[3], values[19], values[20]) = (-4, 2, 0.5f);
        var block = new byte[BlockQuantizer.Q4Bytes];

        BlockQuantizer.ToQ4(values, block);

        Assert.Equal((Half)0.5f, BitConverter.ToHalf(block));
        Assert.Equal(0 | (12 << 4), block[2 + 3]);    // -4 = 0.5 * (0 - 8), 2 = 0.5 * (12 - 8)
        Assert.Equal(8 | (9 << 4), block[2 + 4]);     // 0 and 0.5
    }

    [Fact]
    public void ToQ8AndToQ4_OfZeros_GiveZeros()
    {
        var (q8, q4) = (new byte[BlockQuantizer.Q8Bytes], new byte[BlockQuantizer.Q4Bytes]);

        BlockQuantizer.ToQ8(new float[BlockQuantizer.Block], q8);
        BlockQuantizer.ToQ4(new float[BlockQuantizer.Block], q4);

        Assert.All(q8, value => Assert.Equal(0, value));
        Assert.All(q4[2..], value => Assert.Equal(0x88, value));
    }

    [Fact]
    public void HalfSplitRow_OfAHead_PutsBothHalvesOfAPairNextToEachOther() =>
        Assert.Equal([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11], Enumerable.Range(0, 12).Select(row => GgufWriter.HalfSplitRow(row, headDim: 6)));

    [Fact]
    public void WriteTo_WithPairsAndTensors_LaysThemOutAsVersion3Says()
    {
        var header = new GgufHeader();
        header.Add("a", 7);
        header.Add("b", "text");
        header.AddTensor("x", [2, 5], GgufType.BF16, 20);
        header.AddTensor("y", [4], GgufType.F32, 16);
        using var file = new MemoryStream();

        header.WriteTo(file);

        using var reader = new BinaryReader(new MemoryStream(file.ToArray()));
        Assert.Equal("GGUF", Encoding.ASCII.GetString(reader.ReadBytes(4)));
        Assert.Equal((3, 2, 2), (reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64()));
        Assert.Equal(("a", 4, 7), (ReadText(reader), reader.ReadInt32(), reader.ReadInt32()));
        Assert.Equal(("b", 8, "text"), (ReadText(reader), reader.ReadInt32(), ReadText(reader)));
        Assert.Equal(("x", 2, 5, 2, 30, 0), (ReadText(reader), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt64()));
        Assert.Equal(("y", 1, 4, 0, 32), (ReadText(reader), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt64()));
        Assert.Equal(0, file.Length % 32);
    }

    [Fact]
    public void Fill_WithTheSameSeed_GivesTheSameNumbersOfTheSizeThatWasAsked()
    {
        var (one, same) = (new ushort[20_000], new ushort[20_000]);

        RandomValues.Fill(one, 5, mean: 1, deviation: 0.5f);
        RandomValues.Fill(same, 5, mean: 1, deviation: 0.5f);

        Assert.Equal(one, same);
        var values = one.Select(bits => (double)BitConverter.UInt32BitsToSingle((uint)bits << 16)).ToList();
        var mean = values.Average();
        Assert.Equal(1, mean, tolerance: 0.02);
        Assert.Equal(0.5, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), tolerance: 0.02);
    }

    private static string ReadText(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadInt64()));
}
