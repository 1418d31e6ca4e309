using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class MatrixKernelTests
{
    private static readonly (int Rows, int Inner, int Count)[] s_sizes =
        [(1, 1, 1), (3, 5, 2), (4, 16, 4), (5, 33, 3), (7, 100, 9), (12, 64, 5), (17, 259, 6), (8, 960, 70), (9, 4096, 33)];

    [Fact]
    public void Multiply_OddSizes_AgreesWithTheReferenceAtEveryWidth()
    {
        foreach (var (rows, inner, count) in s_sizes)
        {
            var (weights, input) = (Random(rows * inner, 1), Random(count * inner, 2));
            var expected = Reference(weights, input, rows, inner, count);
            var bound = 1e-6 * inner;

            AssertClose(expected, Float32<Lanes16>(weights, input, rows, inner, count), bound);
            AssertClose(expected, Float32<Lanes8>(weights, input, rows, inner, count), bound);
            AssertClose(expected, Float32<Lanes4>(weights, input, rows, inner, count), bound);
            AssertClose(expected, BFloat16<Lanes16>(weights, input, rows, inner, count), bound);
            AssertClose(expected, BFloat16<Lanes8>(weights, input, rows, inner, count), bound);
            AssertClose(expected, BFloat16<Lanes4>(weights, input, rows, inner, count), bound);
        }
    }

    [Fact]
    public void Multiply_ARowAmongAnyOthers_GivesTheSameBits()
    {
        const int rows = 23;
        const int inner = 219;
        const int count = 41;
        var (weights, input) = (Random(rows * inner, 3), Random(count * inner, 4));

        SameBits(BFloat16<Lanes16>);
        SameBits(BFloat16<Lanes8>);
        SameBits(BFloat16<Lanes4>);
        SameBits(Float32<Lanes16>);

        void SameBits(Func<float[], float[], int, int, int, float[]> multiply)
        {
            var all = multiply(weights, input, rows, inner, count);
            for (var first = 0; first < count; first += 5)
            {
                for (var some = 1; some <= Math.Min(10, count - first); some++)
                {
                    var part = multiply(weights, input[(first * inner)..((first + some) * inner)], rows, inner, some);
                    Assert.Equal(all[(first * rows)..((first + some) * rows)], part);
                }
            }

            // and however the weight's rows are shared among threads
            for (var split = 1; split < rows; split++)
            {
                var upper = multiply(weights[..(split * inner)], input[..(7 * inner)], split, inner, 7);
                var lower = multiply(weights[(split * inner)..], input[..(7 * inner)], rows - split, inner, 7);
                for (var n = 0; n < 7; n++)
                {
                    Assert.Equal(all[(n * rows)..((n + 1) * rows)], upper[(n * split)..((n + 1) * split)].Concat(lower[(n * (rows - split))..((n + 1) * (rows - split))]));
                }
            }
        }
    }

    [Fact]
    public void Multiply_Float32AndBFloat16OfTheSameValues_GiveTheSameBits()
    {
        var (weights, input) = (Random(9 * 77, 5), Random(6 * 77, 6));

        Assert.Equal(Float32<Lanes16>(weights, input, 9, 77, 6), BFloat16<Lanes16>(weights, input, 9, 77, 6));
    }

    private static float[] Float32<TLanes>(float[] weights, float[] input, int rows, int inner, int count) where TLanes : unmanaged, ILanes<TLanes>
    {
        fixed (float* start = weights)
        {
            return Multiply<TLanes, Float32Elements>(start, input, rows, inner, count);
        }
    }

    private static float[] BFloat16<TLanes>(float[] weights, float[] input, int rows, int inner, int count) where TLanes : unmanaged, ILanes<TLanes>
    {
        var halves = Array.ConvertAll(weights, weight => (ushort)(BitConverter.SingleToUInt32Bits(weight) >> 16));
        fixed (ushort* start = halves)
        {
            return Multiply<TLanes, BFloat16Elements>(start, input, rows, inner, count);
        }
    }

    private static float[] Multiply<TLanes, TElements>(void* weights, float[] input, int rows, int inner, int count)
        where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        var output = new float[count * rows];
        var fromMemory = new float[count * rows];
        fixed (float* source = input, target = output, other = fromMemory)
        {
            var product = new MatrixProduct
            {
                Weights = weights, WeightStride = inner, Rows = rows, Inner = inner, Input = source, InputStride = inner, Count = count, Output = target, OutputStride = rows,
            };
            MatrixKernel.Multiply<TLanes, TElements>(product);
            MatrixKernel.Multiply<TLanes, TElements>(product with { FromMemory = true, Output = other });
        }

        Assert.Equal(output, fromMemory);    // where the weights come from decides the order of reading, never the bits
        return output;
    }

    private static double[] Reference(float[] weights, float[] input, int rows, int inner, int count)
    {
        var output = new double[count * rows];
        for (var n = 0; n < count; n++)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var k = 0; k < inner; k++)
                {
                    output[(n * rows) + row] += (double)weights[(row * inner) + k] * input[(n * inner) + k];
                }
            }
        }

        return output;
    }

    private static void AssertClose(double[] expected, float[] actual, double bound) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - bound, pair.First + bound));

    /// <summary>Between -1 and 1, exact in bf16.</summary>
    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)((random.NextDouble() * 2) - 1)) & 0xFFFF0000))];
    }
}
