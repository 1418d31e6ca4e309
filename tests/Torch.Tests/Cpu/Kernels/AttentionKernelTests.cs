using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class AttentionKernelTests
{
    private const int Chunk = AttentionKernel.ChunkPositions;
    private const int All = 1 << 30;

    [Theory]
    [InlineData(1, 1, 8, 0, All)]
    [InlineData(1, 2, 16, 2, All)]
    [InlineData(1, 3, 64, 16, All)]
    [InlineData(5, 4, 80, 70, All)]
    [InlineData(2, 5, 128, 33, 20)]
    [InlineData(7, 6, 72, 250, 9)]
    [InlineData(3, 1, 20, 1000, All)]
    public void Attend_OddSizes_AgreesWithTheReferenceAtEveryWidth(int rows, int group, int headDim, int position, int window)
    {
        var world = new World(rows, group, headDim, position, window);
        var expected = world.Reference();

        AssertClose(expected, world.Attend<Lanes16, Float32Elements>());
        AssertClose(expected, world.Attend<Lanes8, Float32Elements>());
        AssertClose(expected, world.Attend<Lanes4, Float32Elements>());
        AssertClose(expected, world.Attend<Lanes16, BFloat16Elements>());
        AssertClose(expected, world.Attend<Lanes8, BFloat16Elements>());
        AssertClose(expected, world.Attend<Lanes4, BFloat16Elements>());
    }

    [Theory]
    [InlineData(1, 3, 64, 16, All)]
    [InlineData(5, 4, 80, 70, All)]
    [InlineData(7, 6, 72, 250, 9)]
    [InlineData(3, 1, 20, 1000, All)]
    public void Attend_EightBits_AgreesWithTheReferenceOverTheSameValues(int rows, int group, int headDim, int position, int window)
    {
        var world = new World(rows, group, headDim, position, window);
        world.RoundToEightBits();
        var expected = world.Reference();

        AssertClose(expected, world.Attend<Lanes16, Int8Elements>());
        AssertClose(expected, world.Attend<Lanes8, Int8Elements>());
        AssertClose(expected, world.Attend<Lanes4, Int8Elements>());
    }

    [Fact]
    public void Write_EightBits_RoundsToWithinHalfAStep()
    {
        var random = new System.Random(3);
        float[] vector = [.. Enumerable.Range(0, 75).Select(_ => (float)((random.NextDouble() * 6) - 3)), -3, 0];
        var bytes = new sbyte[vector.Length];
        var zeros = new sbyte[20];
        float[] scales = [-1, -1];
        fixed (float* source = vector, nothing = new float[20], target = scales)
        fixed (sbyte* elements = bytes, others = zeros)
        {
            Int8Elements.Write(source, elements, vector.Length, target);
            Int8Elements.Write(nothing, others, zeros.Length, target + 1);
        }

        var scale = scales[0];
        Assert.Equal([3f / 127, 0], scales);
        Assert.Equal((-127, 0), (bytes[^2], bytes[^1]));
        Assert.All(zeros, element => Assert.Equal(0, element));
        Assert.All(vector.Zip(bytes), pair => Assert.InRange((pair.Second * scale) - pair.First, -0.501f * scale, 0.501f * scale));
    }

    [Fact]
    public void Attend_BFloat16AndFloat32OfTheSameValues_GiveTheSameBits()
    {
        var world = new World(rows: 4, group: 3, headDim: 80, position: 90, window: All);

        Assert.Equal(world.Attend<Lanes16, Float32Elements>(), world.Attend<Lanes16, BFloat16Elements>());
    }

    [Theory]
    [InlineData(All, 40)]
    [InlineData(All, 250)]
    [InlineData(17, 100)]
    public void Attend_ARowAmongOthers_GivesTheSameBits(int window, int position)
    {
        const int rows = 9;
        const int group = 3;
        const int headDim = 64;
        var world = new World(rows, group, headDim, position, window);
        var together = world.Attend<Lanes16, BFloat16Elements>();

        for (var row = 0; row < rows; row++)
        {
            Assert.Equal(together[(row * group * headDim)..((row + 1) * group * headDim)], world.Attend<Lanes16, BFloat16Elements>(row, 1));
        }
    }

    [Fact]
    public void Attend_LargeScores_DoesNotOverflow()
    {
        var world = new World(rows: 1, group: 1, headDim: 4, position: 1, window: All);
        world.Queries.AsSpan().Fill(100);
        (float[] keys, float[] values) = ([9, 9, 9, 9, -9, -9, -9, -9], [1, 2, 3, 4, 5, 6, 7, 8]);
        keys.CopyTo(world.Keys, 0);
        values.CopyTo(world.Values, 0);

        Assert.Equal([1, 2, 3, 4], world.Attend<Lanes16, Float32Elements>());
    }

    private static void AssertClose(double[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - 1e-5, pair.First + 1e-5));

    /// <summary>Rows with their queries, and a chunk of random keys and values that are exact in bf16.</summary>
    private sealed class World(int rows, int group, int headDim, int position, int window)
    {
        private readonly System.Random _random = new System.Random(position);

        public float[] Queries => field ??= Random(rows * group * headDim);

        public float[] Keys => field ??= Random(Chunk * headDim);

        public float[] Values => field ??= Random(Chunk * headDim);

        public float[] Attend<TLanes, T>(int firstRow = 0, int? count = null) where TLanes : unmanaged, ILanes<TLanes> where T : ICacheElements
        {
            var inputs = (count ?? rows) * group;
            var target = new float[inputs * headDim];
            fixed (float* keyScales = new float[Chunk], valueScales = new float[Chunk], queries = Queries, sums = new float[AttentionSums.Size(inputs, headDim)], result = target)
            fixed (byte* keys = Stored<T>(Keys, headDim, keyScales), values = Stored<T>(Values, headDim, valueScales))
            {
                var attention = new AttentionSums(sums, inputs, headDim);
                AttentionKernel.Attend<TLanes, T>(
                    new AttentionChunk
                    {
                        Keys = keys, Values = values, KeyScales = T.HasScales ? keyScales : null, ValueScales = T.HasScales ? valueScales : null, HeadDim = headDim, Queries = queries + (firstRow * group * headDim), Rows = count ?? rows, Group = group,
                        Position = position + firstRow, Reach = new(window, int.MaxValue),
                    },
                    attention);
                for (var input = 0; input < inputs; input++)
                {
                    attention.Finish(input, result + (input * headDim));
                }
            }

            return target;
        }

        /// <summary>softmax(q · k) · v in doubles.</summary>
        public double[] Reference()
        {
            var result = new double[rows * group * headDim];
            for (var input = 0; input < rows * group; input++)
            {
                var end = position + (input / group) + 1;
                var positions = Enumerable.Range(0, Chunk).Where(p => p < end && p >= end - window).ToArray();
                var weights = positions.Select(p => Math.Exp(Enumerable.Range(0, headDim).Sum(i => (double)Queries[(input * headDim) + i] * Keys[(p * headDim) + i]))).ToArray();
                for (var i = 0; i < headDim; i++)
                {
                    result[(input * headDim) + i] = positions.Zip(weights, (p, weight) => weight / weights.Sum() * Values[(p * headDim) + i]).Sum();
                }
            }

            return result;
        }

        /// <summary>Makes keys and values what eight bits keep of them.</summary>
        public void RoundToEightBits()
        {
            foreach (var vectors in new[] { Keys, Values })
            {
                var scales = new float[Chunk];
                fixed (float* start = scales)
                {
                    var bytes = Stored<Int8Elements>(vectors, headDim, start);
                    for (var i = 0; i < vectors.Length; i++)
                    {
                        vectors[i] = (sbyte)bytes[i] * scales[i / headDim];
                    }
                }
            }
        }

        private static byte[] Stored<T>(float[] vectors, int headDim, float* scales) where T : ICacheElements
        {
            var bytes = new byte[vectors.Length * T.Size];
            fixed (float* source = vectors)
            fixed (byte* target = bytes)
            {
                for (var vector = 0; vector < vectors.Length / headDim; vector++)
                {
                    T.Write(source + (vector * headDim), target + (vector * headDim * T.Size), headDim, scales + vector);
                }
            }

            return bytes;
        }

        private float[] Random(int size) => [.. Enumerable.Range(0, size).Select(_ =>
            BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)((_random.NextDouble() * 2) - 1)) & 0xFFFF0000))];
    }
}
