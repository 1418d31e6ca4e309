using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class DeltaNetKernelTests
{
    private const int Tokens = 9;

    [Theory]
    [InlineData(8, 8)]
    [InlineData(16, 64)]
    [InlineData(128, 128)]
    [InlineData(24, 72)]
    [InlineData(5, 131)]
    public void Step_InBlocks_AgreesWithTheReference(int keyWidth, int valueWidth)
    {
        var head = new Head(keyWidth, valueWidth);

        var expected = head.Reference();

        Assert.All(head.Run().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 2e-5));
    }

    /// <summary>What a column gives does not depend on the vector that holds it.</summary>
    [Fact]
    public void Step_AnyVectorWidth_GivesTheSameBits()
    {
        var head = new Head(32, 64);
        var wide = head.Run<Lanes16>(64);

        Assert.Equal(wide, head.Run<Lanes8>(32));
        Assert.Equal(wide, head.Run<Lanes4>(16));
        Assert.Equal(wide, head.Run(columns: 1));
    }

    private sealed class Head
    {
        private readonly int _keyWidth, _valueWidth;
        private readonly float[] _queries, _keys, _values, _decays, _betas;

        public Head(int keyWidth, int valueWidth)
        {
            (_keyWidth, _valueWidth) = (keyWidth, valueWidth);
            var random = new Random(keyWidth + valueWidth);
            (_queries, _keys, _values) = (Row(keyWidth), Row(keyWidth), Row(valueWidth));
            (_decays, _betas) = ([.. Row(1).Select(MathF.Abs)], [.. Row(1).Select(MathF.Abs)]);

            float[] Row(int width) => [.. Enumerable.Range(0, Tokens * width).Select(_ => ((random.NextSingle() * 2) - 1) / MathF.Sqrt(width))];
        }

        /// <summary>As the paper has it, in double precision.</summary>
        public IEnumerable<double> Reference()
        {
            var state = new double[_keyWidth, _valueWidth];
            for (var token = 0; token < Tokens; token++)
            {
                for (var column = 0; column < _valueWidth; column++)
                {
                    var said = 0.0;
                    for (var i = 0; i < _keyWidth; i++)
                    {
                        state[i, column] *= _decays[token];
                        said += state[i, column] * _keys[(token * _keyWidth) + i];
                    }

                    var result = 0.0;
                    for (var i = 0; i < _keyWidth; i++)
                    {
                        state[i, column] += _keys[(token * _keyWidth) + i] * _betas[token] * (_values[(token * _valueWidth) + column] - said);
                        result += state[i, column] * _queries[(token * _keyWidth) + i];
                    }

                    yield return result;
                }
            }
        }

        public float[] Run(int? columns = null) => Run(columns ?? DeltaNetKernel.Columns, DeltaNetKernel.Step);

        public float[] Run<TLanes>(int columns) where TLanes : unmanaged, ILanes<TLanes> => Run(columns, (in step, _) => DeltaNetKernel.Step<TLanes>(step));

        private float[] Run(int most, Kernel kernel)
        {
            var (state, results) = (new float[_keyWidth * _valueWidth], new float[Tokens * _valueWidth]);
            fixed (float* s = state, q = _queries, k = _keys, v = _values, r = results)
            {
                for (var first = 0; first < _valueWidth; first += most)
                {
                    for (var token = 0; token < Tokens; token++)
                    {
                        kernel(
                            new DeltaNetStep
                            {
                                State = s + (first * _keyWidth),
                                Query = q + (token * _keyWidth),
                                Key = k + (token * _keyWidth),
                                Value = v + (token * _valueWidth) + first,
                                Target = r + (token * _valueWidth) + first,
                                KeyWidth = _keyWidth,
                                Decay = _decays[token],
                                Beta = _betas[token],
                            },
                            Math.Min(most, _valueWidth - first));
                    }
                }
            }

            return results;
        }

        private delegate void Kernel(in DeltaNetStep step, int columns);
    }
}
