using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class ConvolutionKernelTests
{
    private const int Taps = 4, Tokens = 6;

    [Theory]
    [InlineData(1, false)]
    [InlineData(16, true)]
    [InlineData(37, false)]
    [InlineData(100, true)]
    public void Step_AnyWidth_AgreesWithTheReference(int channels, bool bias)
    {
        var random = new Random(channels);
        var (weights, biases, texts) = (Values(random, Taps * channels), Values(random, channels), Values(random, Tokens * channels));

        var added = bias ? biases : null;
        float[][] widths =
        [
            Run<Lanes16>(channels, weights, added, texts), Run<Lanes8>(channels, weights, added, texts), Run<Lanes4>(channels, weights, added, texts),
        ];
        foreach (var outputs in widths)
        {
            for (var i = 0; i < outputs.Length; i++)
            {
                var (token, channel) = Math.DivRem(i, channels);
                var expected = bias ? biases[channel] : 0.0;
                for (var tap = 0; tap < Taps; tap++)
                {
                    var at = token - (Taps - 1) + tap;
                    expected += at < 0 ? 0 : (double)weights[(tap * channels) + channel] * texts[(at * channels) + channel];
                }

                Assert.Equal(expected, outputs[i], 1e-5);
            }
        }
    }

    /// <summary>A stretch of a row gives the bits that it has in the whole row, and leaves its neighbours alone.</summary>
    [Fact]
    public void Step_SomeChannels_GivesTheBitsOfAllOfThem()
    {
        const int channels = 50, first = 13, count = 21;
        var random = new Random(3);
        var (weights, texts) = (Values(random, Taps * channels), Values(random, Tokens * channels));
        var whole = Run<Lanes8>(channels, weights, null, texts);

        var part = Run<Lanes16>(channels, weights, null, texts, first, count);

        Assert.Equal(
            Enumerable.Range(0, Tokens * channels).Select(i => i % channels is >= first and < first + count ? whole[i] : texts[i]), part);
    }

    [Fact]
    public void Clear_SomeChannels_LeavesTheOthers()
    {
        var state = Enumerable.Repeat(1f, 10).ToArray();
        fixed (float* s = state)
        {
            new ConvolutionChannels { State = s + 1, Weights = null, Bias = null, Taps = 3, Stride = 5, Count = 2 }.Clear();
        }

        Assert.Equal([1, 0, 0, 1, 1, 1, 0, 0, 1, 1], state);
    }

    private static float[] Run<TLanes>(int channels, float[] weights, float[]? bias, float[] texts, int first = 0, int? count = null)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var (state, rows) = (new float[(Taps - 1) * channels], (float[])texts.Clone());
        fixed (float* s = state, w = weights, b = bias, r = rows)
        {
            var part = new ConvolutionChannels
            {
                State = s + first, Weights = w + first, Bias = b is null ? null : b + first, Taps = Taps, Stride = channels, Count = count ?? channels,
            };
            for (var token = 0; token < Tokens; token++)
            {
                ConvolutionKernel.Step<TLanes>(part, r + (token * channels) + first, r + (token * channels) + first);
            }
        }

        return rows;
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
