using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

/// <summary>Weights that are whole multiples of a step already: their codes are these where a format can write them.</summary>
public sealed class RepackTests
{
    private const int Outputs = 17, Inner = 160;    // whole blocks, but no whole panels
    private const long Blocks = Outputs * Inner / QuantizedMatrix.BlockInner;

    [Theory]
    [InlineData(true, -8, 7)]
    [InlineData(true, -7, 8)]      // held by a scale below zero
    [InlineData(true, -3, 5)]      // the largest of a block is no code of the format's end
    [InlineData(true, 0, 6)]
    [InlineData(false, -15, 15)]
    [InlineData(false, -128, 127)]
    [InlineData(false, -100, 90)]
    public void Quantize_MultiplesOfABFloat16Step_AreKeptToTheBit(bool q4, int least, int most)
    {
        using var matrix = Matrix(q4, Multiples(least, most, group => MathF.ScaleB(128 + (group % 128), -12 - (group % 5))), Math.Max(-least, most));

        Assert.Equal(matrix.Source, matrix.Dequantized());
        Assert.Equal(new RepackCount(Blocks, 0, 0), matrix.Repacked);
    }

    /// <summary>6 and 3 steps alone are 2 and 1 of a step that bf16 cannot write, though it can write their own.</summary>
    [Fact]
    public void Quantize_MultiplesWithACommonDivisor_TakesTheStepThatAScaleCanBe()
    {
        var values = Enumerable.Range(0, Outputs * Inner).Select(i => (i % 3) * 3 * 0.00390625f * 131).ToArray();
        using var matrix = Matrix(q4: true, values, 8);

        Assert.Equal(matrix.Source, matrix.Dequantized());
        Assert.Equal(new RepackCount(Blocks, 0, 0), matrix.Repacked);
    }

    /// <summary>Scales are mostly f16, which has three bits of precision more than bf16: the numbers stay, the scale is rounded.</summary>
    [Theory]
    [InlineData(true, -8, 7)]
    [InlineData(true, -6, 5)]
    [InlineData(false, -127, 127)]
    public void Quantize_MultiplesOfAFloat16Step_KeepsThemAndRoundsTheScale(bool q4, int least, int most)
    {
        var values = Multiples(least, most, group => (float)(Half)(0.01f + (group * 0.00037f)));
        using var kept = Matrix(q4, values, Math.Max(-least, most));
        using var again = Matrix(q4, values, largestMultiple: null);

        Assert.Equal((Blocks, 0), (kept.Repacked.Exact + kept.Repacked.Scaled, kept.Repacked.Rounded));
        Assert.NotEqual(0, kept.Repacked.Scaled);
        Assert.All(kept.Source.Zip(kept.Dequantized()), pair => Assert.InRange(MathF.Abs(pair.First - pair.Second), 0, MathF.Abs(pair.First) / 256));
        Assert.InRange(Error(kept), 0, q4 && least > -8 ? Error(again) / 2 : Error(again));
    }

    [Fact]
    public void Quantize_MultiplesBeyondTheCodes_AreRoundedAgain()
    {
        var values = Multiples(-15, 15, _ => 0.25f);
        using var four = Matrix(q4: true, values, 15);
        using var plain = Matrix(q4: true, values, largestMultiple: null);

        Assert.Equal(Blocks, four.Repacked.Exact + four.Repacked.Rounded);
        Assert.InRange(four.Repacked.Rounded, Blocks - 5, Blocks);    // one in thousands has no large multiple
        Assert.Equal(default, plain.Repacked);
    }

    /// <summary>MXFP4's numbers are halves: eight bits hold each, four bits only some.</summary>
    [Fact]
    public void Quantize_Fp4WithPowersOfTwo_IsExactInEightBits()
    {
        float[] numbers = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6];
        var random = new Random(3);
        var values = Enumerable.Range(0, Outputs * Inner)
            .Select(i => numbers[random.Next(8)] * MathF.ScaleB(random.Next(2) == 0 ? 1 : -1, -(i / QuantizedMatrix.BlockInner % 9))).ToArray();
        using var matrix = Matrix(q4: false, values, 12);

        Assert.Equal(matrix.Source, matrix.Dequantized());
        Assert.Equal(new RepackCount(Blocks, 0, 0), matrix.Repacked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(255)]
    public void Quantize_WeightsWithoutAStep_AreQuantizedAsAllOthers(int largestMultiple)
    {
        var values = TestMatrix.Values(Outputs * Inner, seed: 9);
        using var packed = Matrix(q4: true, values, largestMultiple);
        using var plain = Matrix(q4: true, values, largestMultiple: null);

        Assert.Equal(new RepackCount(0, 0, Blocks), packed.Repacked);
        Assert.True(plain.Bytes.SequenceEqual(packed.Bytes));
    }

    [Fact]
    public void Describe_SharesOfBlocks_NeverRoundsToAllOrNothing()
    {
        Assert.Null(default(RepackCount).Describe());
        Assert.Equal("packed weights: 100 % repacked exactly", new RepackCount(3, 0, 0).Describe());
        Assert.Equal("packed weights: 99.9 % repacked exactly, 0.1 % rounded again", new RepackCount(1_000_000, 0, 1).Describe());
        Assert.Equal(
            "packed weights: 50 % repacked exactly, 25 % repacked with scales rounded to bf16, 25 % rounded again", new RepackCount(2, 1, 1).Describe());
    }

    private static TestMatrix Matrix(bool q4, float[] values, int? largestMultiple) =>
        new(q4 ? QuantizedFormat.Q4 : QuantizedFormat.Q8, Outputs, Inner, values, largestMultiple);

    /// <summary>Random multiples from least to most; two blocks of 32 share a step.</summary>
    private static float[] Multiples(int least, int most, Func<int, float> step)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Outputs * Inner).Select(i => random.Next(least, most + 1) * step(i / (2 * QuantizedMatrix.BlockInner)))];
    }

    private static double Error(TestMatrix matrix) => matrix.Source.Zip(matrix.Dequantized()).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
}
