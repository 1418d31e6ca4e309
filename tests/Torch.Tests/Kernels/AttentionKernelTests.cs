using Rill.Torch.Kernels;

namespace Rill.Torch.Tests.Kernels;

public sealed unsafe class AttentionKernelTests
{
    [Theory]
    [InlineData(1, 1, 8)]
    [InlineData(3, 2, 16)]
    [InlineData(17, 3, 64)]
    [InlineData(70, 4, 80)]
    [InlineData(33, 5, 128)]
    [InlineData(300, 6, 72)]
    public void Attend_OddSizes_AgreesWithTheReference(int count, int group, int headDim)
    {
        var stride = headDim + 24;    // another head's elements lie between
        var random = new Random(count);
        var queries = Values(group * headDim, 1);
        var keys = Values(count * stride, 1);
        var values = Values(count * stride, 1);
        var actual = new float[group * headDim];
        var halved = new float[group * headDim];

        fixed (float* q = queries, k = keys, v = values, target = actual, second = halved)
        fixed (ushort* narrowKeys = Array.ConvertAll(keys, Narrow), narrowValues = Array.ConvertAll(values, Narrow))
        {
            AttentionKernel.Attend<Float32Elements>(q, k, v, count, stride, group, headDim, target);
            AttentionKernel.Attend<BFloat16Elements>(q, narrowKeys, narrowValues, count, stride, group, headDim, second);
        }

        var expected = Reference(queries, keys, values, count, stride, group, headDim);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - 1e-5, pair.First + 1e-5));
        Assert.Equal(actual, halved);    // the values are exact in bf16, and it computes in f32 either way

        float[] Values(int size, double spread) => [.. Enumerable.Range(0, size).Select(_ =>
            BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)(spread * ((random.NextDouble() * 2) - 1))) & 0xFFFF0000))];
    }

    [Fact]
    public void Attend_LargeScores_DoesNotOverflow()
    {
        float[] queries = [100, 100, 100, 100];
        float[] keys = [9, 9, 9, 9, -9, -9, -9, -9];
        float[] values = [1, 2, 3, 4, 5, 6, 7, 8];
        var actual = new float[4];

        fixed (float* q = queries, k = keys, v = values, target = actual)
        {
            AttentionKernel.Attend<Float32Elements>(q, k, v, count: 2, stride: 4, group: 1, headDim: 4, target);
        }

        Assert.Equal([1, 2, 3, 4], actual);
    }

    private static ushort Narrow(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    /// <summary>softmax(q · k) · v in doubles.</summary>
    private static double[] Reference(float[] queries, float[] keys, float[] values, int count, int stride, int group, int headDim)
    {
        var result = new double[group * headDim];
        for (var head = 0; head < group; head++)
        {
            var weights = Enumerable.Range(0, count).Select(position => Math.Exp(
                Enumerable.Range(0, headDim).Sum(i => (double)queries[(head * headDim) + i] * keys[(position * stride) + i]))).ToArray();
            var total = weights.Sum();
            for (var i = 0; i < headDim; i++)
            {
                result[(head * headDim) + i] = Enumerable.Range(0, count).Sum(position => weights[position] / total * values[(position * stride) + i]);
            }
        }

        return result;
    }
}
