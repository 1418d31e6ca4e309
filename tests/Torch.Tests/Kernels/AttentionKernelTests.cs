using Rill.Torch.Kernels;

namespace Rill.Torch.Tests.Kernels;

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
            fixed (float* queries = Queries, sums = new float[AttentionSums.Size(inputs, headDim)], result = target)
            fixed (byte* keys = Stored<T>(Keys), values = Stored<T>(Values))
            {
                var attention = new AttentionSums(sums, inputs, headDim);
                AttentionKernel.Attend<TLanes, T>(
                    new AttentionChunk
                    {
                        Keys = keys, Values = values, HeadDim = headDim, Queries = queries + (firstRow * group * headDim), Rows = count ?? rows, Group = group,
                        Position = position + firstRow, Window = window,
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

        private static byte[] Stored<T>(float[] vectors) where T : ICacheElements
        {
            var bytes = new byte[vectors.Length * T.Size];
            fixed (float* source = vectors)
            fixed (byte* target = bytes)
            {
                T.Write(source, target, vectors.Length, scale: null);
            }

            return bytes;
        }

        private float[] Random(int size) => [.. Enumerable.Range(0, size).Select(_ =>
            BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)((_random.NextDouble() * 2) - 1)) & 0xFFFF0000))];
    }
}
