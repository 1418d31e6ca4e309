using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class QuantizedKernelTests
{
    private static readonly (int Outputs, int Inner, int Rows)[] s_sizes =
        [(1, 1, 1), (3, 5, 2), (8, 32, 4), (9, 33, 5), (13, 100, 9), (16, 64, 3), (21, 259, 6), (40, 960, 17), (5, 4096, 2)];

    public static TheoryData<string> Formats => [nameof(QuantizedFormat.Q8), nameof(QuantizedFormat.Q4)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_OddSizes_AgreesWithTheReference(string format)
    {
        foreach (var (outputs, inner, rows) in s_sizes)
        {
            using var weights = new TestMatrix(Enum.Parse<QuantizedFormat>(format), outputs, inner);
            using var input = new TestRows(rows, inner);

            var expected = Reference(weights.Dequantized(), input, outputs, inner, rows);
            var actual = Multiply(weights, input, 0, outputs, rows);

            for (var i = 0; i < expected.Length; i++)
            {
                Assert.InRange(actual[i], expected[i].Sum - (1e-6 * expected[i].Magnitude), expected[i].Sum + (1e-6 * expected[i].Magnitude));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_EveryWayOfMultiplyingBytes_GivesTheSameBits(string format)
    {
        foreach (var (outputs, inner, rows) in s_sizes)
        {
            using var weights = new TestMatrix(Enum.Parse<QuantizedFormat>(format), outputs, inner);
            using var input = new TestRows(rows, inner);

            var expected = Multiply<PortableDot>(weights, input, rows);

            Assert.Equal(expected, Multiply(weights, input, 0, outputs, rows));    // the processor's own way
            Assert.True(!AvxVnni.IsSupported || expected.SequenceEqual(Multiply<VnniDot>(weights, input, rows)));
            Assert.True(!Avx2.IsSupported || expected.SequenceEqual(Multiply<Avx2Dot>(weights, input, rows)));
            Assert.True(!Dp.IsSupported || expected.SequenceEqual(Multiply<ArmDot>(weights, input, rows)));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_ExtremeCodes_AreExact(string format)
    {
        // Two products of -128 and -127, or of 127 and 127, side by side are what 16 bits barely hold.
        var source = Enumerable.Range(0, 16 * 64).Select(i => i % 3 == 0 ? -1f : i % 7 == 0 ? 0f : 1f).ToArray();
        using var weights = new TestMatrix(Enum.Parse<QuantizedFormat>(format), 16, 64, source);
        using var input = new TestRows(3, 64, Enumerable.Range(0, 3 * 64).Select(i => i % 5 == 0 ? -1f : 1f).ToArray());

        var expected = Reference(weights.Dequantized(), input, 16, 64, 3);

        Assert.All(expected.Zip(Multiply(weights, input, 0, 16, 3)), pair => Assert.InRange(pair.Second, pair.First.Sum - 1e-4, pair.First.Sum + 1e-4));
        Assert.Equal(Multiply(weights, input, 0, 16, 3), Multiply<PortableDot>(weights, input, 3));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_AnyRowsAndAnyOutputs_GivesTheSameBits(string format)
    {
        const int outputs = 43, inner = 219, rows = 19;
        using var weights = new TestMatrix(Enum.Parse<QuantizedFormat>(format), outputs, inner);
        using var input = new TestRows(rows, inner);
        var all = Multiply(weights, input, 0, outputs, rows);

        for (var first = 0; first < rows; first += 3)
        {
            for (var some = 1; some <= rows - first; some++)
            {
                using var part = new TestRows(some, inner, input.Values[(first * inner)..((first + some) * inner)]);
                Assert.Equal(all[(first * outputs)..((first + some) * outputs)], Multiply(weights, part, 0, outputs, some));
            }
        }

        for (var split = 1; split < outputs; split++)
        {
            var (upper, lower) = (Multiply(weights, input, 0, split, rows), Multiply(weights, input, split, outputs - split, rows));
            for (var row = 0; row < rows; row++)
            {
                Assert.Equal(
                    all[(row * outputs)..((row + 1) * outputs)],
                    upper[(row * split)..((row + 1) * split)].Concat(lower[(row * (outputs - split))..((row + 1) * (outputs - split))]));
            }
        }
    }

    private static float[] Multiply(TestMatrix weights, TestRows input, int first, int count, int rows)
    {
        var result = new float[rows * count];
        fixed (float* target = result)
        {
            QuantizedKernel.Multiply(weights.Matrix, first, count, input.Quantized, rows, target, count);
        }

        return result;
    }

    private static float[] Multiply<TDot>(TestMatrix weights, TestRows input, int rows) where TDot : IByteDot
    {
        var result = new float[rows * weights.Matrix.Outputs];
        fixed (float* target = result)
        {
            QuantizedKernel.MultiplyBy<TDot>(weights.Matrix, 0, weights.Matrix.Outputs, input.Quantized, rows, target, weights.Matrix.Outputs);
        }

        return result;
    }

    /// <summary>In doubles: the products' sum, and that of their magnitudes, to which rounding is in proportion.</summary>
    private static (double Sum, double Magnitude)[] Reference(float[] weights, TestRows input, int outputs, int inner, int rows)
    {
        var result = new (double, double)[rows * outputs];
        for (var row = 0; row < rows; row++)
        {
            for (var output = 0; output < outputs; output++)
            {
                var products = Enumerable.Range(0, inner).Select(k => (double)weights[(output * inner) + k] * input.Dequantized(row, k)).ToList();
                result[(row * outputs) + output] = (products.Sum(), products.Sum(Math.Abs));
            }
        }

        return result;
    }
}
