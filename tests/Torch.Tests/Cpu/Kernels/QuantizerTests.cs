using Rill.Torch.Cpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class QuantizerTests
{
    private static readonly (int Outputs, int Inner)[] s_sizes = [(1, 1), (3, 31), (8, 32), (9, 33), (17, 100), (40, 960)];

    [Fact]
    public void Quantize_Q8_KeepsEveryWeightWithinAStepOfItsBlock()
    {
        foreach (var (outputs, inner) in s_sizes)
        {
            using var matrix = new TestMatrix(QuantizedFormat.Q8, outputs, inner);

            // Half a step of largest / 128, and a scale that is some roundings larger; a whole step where the code would be 128.
            AssertWithin(matrix, 1.06f / 128);
            Assert.InRange(Error(matrix.Source, matrix.Dequantized()), 0, (Error(matrix.Source, Simple(matrix, 127)) * 1.01) + (1e-5 * matrix.Source.Sum(value => value * value)));
        }
    }

    [Theory]
    [InlineData(QuantizedFormatName.Q8)]
    [InlineData(QuantizedFormatName.Q4)]
    public void Quantize_NormalWeights_ErrsLessThanTheLargestWeightsScaleWould(QuantizedFormatName format)
    {
        var random = new Random(6);
        foreach (var (outputs, inner) in s_sizes.Where(size => size.Inner > 31))
        {
            var normal = Enumerable.Range(0, outputs * inner).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()))).ToArray();
            using var matrix = new TestMatrix((QuantizedFormat)format, outputs, inner, normal);

            AssertWithin(matrix, format == QuantizedFormatName.Q8 ? 1.06f / 128 : 0.25f);
            Assert.InRange(Error(matrix.Source, matrix.Dequantized()), 0, Error(matrix.Source, Simple(matrix, format == QuantizedFormatName.Q8 ? 127 : -8)) * 0.95);
        }
    }

    [Theory]
    [InlineData(QuantizedFormatName.Q8)]
    [InlineData(QuantizedFormatName.Q4)]
    public void Quantize_SameWeightsInEveryType_GivesTheSameBytes(QuantizedFormatName format)
    {
        var source = TestMatrix.Values(20 * 70, seed: 5).Select(value => MathF.Round(value * 256 % 128) / 64).ToArray();    // exact in all three
        using var expected = new TestMatrix((QuantizedFormat)format, 20, 70, source);
        using var actual = new TestMatrix((QuantizedFormat)format, 20, 70, source);
        fixed (Half* halves = Array.ConvertAll(source, value => (Half)value))
        fixed (ushort* bfloats = Array.ConvertAll(source, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)))
        {
            foreach (var (address, type) in new[] { ((nint)halves, ScalarType.Float16), ((nint)bfloats, ScalarType.BFloat16) })
            {
                new Span<byte>((void*)actual.Matrix.Start, (int)actual.Matrix.ByteCount).Clear();
                for (var panel = 0; panel < actual.Matrix.Panels; panel++)
                {
                    Quantizer.Quantize((void*)address, type, actual.Matrix, panel);
                }

                Assert.True(expected.Bytes.SequenceEqual(actual.Bytes));
            }
        }
    }

    [Theory]
    [InlineData(QuantizedFormatName.Q8)]
    [InlineData(QuantizedFormatName.Q4)]
    public void Quantize_ZerosAndPadding_AreZeros(QuantizedFormatName format)
    {
        using var matrix = new TestMatrix((QuantizedFormat)format, 9, 40, new float[9 * 40]);

        Assert.All(matrix.Dequantized(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Dequantize_RowsAndPanels_AgreeInBothTypes()
    {
        using var matrix = new TestMatrix(QuantizedFormat.Q4, 11, 77);
        var all = matrix.Dequantized();
        var (wide, narrow) = (new float[77], new ushort[77]);
        for (var row = 0; row < 11; row++)
        {
            fixed (float* target = wide)
            fixed (ushort* half = narrow)
            {
                Dequantizer.Row<Float32Elements>(matrix.Matrix, row, target);
                Dequantizer.Row<BFloat16Elements>(matrix.Matrix, row, half);
            }

            Assert.Equal(all[(row * 77)..((row + 1) * 77)], wide);
            Assert.All(wide.Zip(narrow), pair => Assert.InRange(BitConverter.UInt32BitsToSingle((uint)pair.Second << 16), pair.First - (MathF.Abs(pair.First) / 256), pair.First + (MathF.Abs(pair.First) / 256)));
        }
    }

    public enum QuantizedFormatName
    {
        Q8,
        Q4,
    }

    private static void AssertWithin(TestMatrix matrix, float share)
    {
        var after = matrix.Dequantized();
        foreach (var block in Blocks(matrix))
        {
            var largest = block.Max(i => MathF.Abs(matrix.Source[i]));
            Assert.All(block, i => Assert.InRange(after[i], matrix.Source[i] - (share * largest), matrix.Source[i] + (share * largest)));
        }
    }

    /// <summary>The weights rounded to multiples of the largest divided by <paramref name="top"/>, as GGUF's plain formats do it.</summary>
    private static float[] Simple(TestMatrix matrix, int top)
    {
        var after = new float[matrix.Source.Length];
        foreach (var block in Blocks(matrix))
        {
            var scale = matrix.Source[block.MaxBy(i => MathF.Abs(matrix.Source[i]))] / top;
            var (least, most) = top > 0 ? (-top, top) : (top, -top - 1);
            foreach (var i in block)
            {
                after[i] = scale == 0 ? 0 : Math.Clamp(MathF.Round(matrix.Source[i] / scale), least, most) * scale;
            }
        }

        return after;
    }

    private static IEnumerable<int[]> Blocks(TestMatrix matrix) => Enumerable.Range(0, matrix.Matrix.Outputs).SelectMany(
        row => Enumerable.Range(row * matrix.Matrix.Inner, matrix.Matrix.Inner).Chunk(QuantizedMatrix.BlockInner));

    private static double Error(float[] before, float[] after) => before.Zip(after).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
}
