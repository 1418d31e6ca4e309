using Rill.Models;
using Rill.Models.Rotary;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>The formulas of rotary scaling, against the papers' ways of writing them.</summary>
public sealed class RotaryScalingTests
{
    [Fact]
    public void InverseFrequencies_Unscaled_ArePowersOverTheRotatedElements()
    {
        var whole = new RotarySpec(10_000).InverseFrequencies(64);
        var quarter = new RotarySpec(10_000) { Dimensions = 16 }.InverseFrequencies(64);

        Assert.Equal((32, 8), (whole.Length, quarter.Length));
        Assert.Equal(Math.Exp(-6 * Math.Log(10_000) / 64), whole[3], 1e-7);
        Assert.Equal(Math.Exp(-6 * Math.Log(10_000) / 16), quarter[3], 1e-7);
    }

    [Fact]
    public void InverseFrequencies_Linear_AreDivided()
    {
        var plain = new RotarySpec(10_000).InverseFrequencies(64);
        var scaled = new RotarySpec(10_000) { Scaling = new LinearRotaryScaling(4) }.InverseFrequencies(64);

        Assert.All(plain.Zip(scaled), pair => Assert.Equal(pair.First / 4, pair.Second, 1e-8f));
    }

    [Fact]
    public void InverseFrequencies_Llama3_KeepsHighStretchesLowAndBlendsBetween()
    {
        var plain = new RotarySpec(10_000).InverseFrequencies(64);
        var scaled = new RotarySpec(10_000) { Scaling = new Llama3RotaryScaling(8, 1, 4, 8192) }.InverseFrequencies(64);

        Assert.Equal(plain[0], scaled[0]);
        Assert.Equal(plain[^1] / 8, scaled[^1], 1e-9f);

        var wavelength = 2 * Math.PI / plain[22];       // between 8192 / 4 and 8192 / 1
        var smooth = ((8192 / wavelength) - 1) / (4 - 1);
        Assert.InRange(smooth, 0.01, 0.99);
        Assert.Equal(((1 - smooth) * plain[22] / 8) + (smooth * plain[22]), scaled[22], 1e-8);
    }

    [Fact]
    public void InverseFrequencies_Llama3WithEqualFactors_SwitchAtOnce()
    {
        var plain = new RotarySpec(500_000).InverseFrequencies(64);
        var scaled = new RotarySpec(500_000) { Scaling = new Llama3RotaryScaling(16, 1, 1, 8192) }.InverseFrequencies(64);

        Assert.All(Enumerable.Range(0, 32), pair =>
            Assert.Equal(2 * Math.PI / plain[pair] > 8192 ? plain[pair] / 16 : plain[pair], scaled[pair], 1e-9f));
        Assert.NotEqual(plain[^1], scaled[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void InverseFrequencies_Yarn_RampOverThePairs(bool truncate)
    {
        const double theta = 1e6;
        var plain = new RotarySpec(theta).InverseFrequencies(128);
        var scaled = new RotarySpec(theta) { Scaling = new YarnRotaryScaling(4, 32_768, 1) { Truncate = truncate } }.InverseFrequencies(128);

        // Pair i turns 32768 / wavelength times over the original context; solved for i where that is 32 and where it is 1.
        var first = 64 * Math.Log(32_768 / (2 * Math.PI * 32), theta);
        var last = 64 * Math.Log(32_768 / (2 * Math.PI * 1), theta);
        (first, last) = truncate ? (Math.Floor(first), Math.Ceiling(last)) : (first, last);
        for (var pair = 0; pair < 64; pair++)
        {
            var kept = pair <= first ? 1 : pair >= last ? 0 : (last - pair) / (last - first);
            Assert.Equal(plain[pair] * ((1 - kept) / 4 + kept), scaled[pair], 1e-8);
        }
    }

    [Fact]
    public void InverseFrequencies_YarnWhoseRampIsOnePoint_StaysFinite()
    {
        // Over an original context of one token nothing turns even once: both ends of the ramp are rounded and cut to pair 0.
        var scaled = new RotarySpec(10_000) { Scaling = new YarnRotaryScaling(2, 1, 1) }.InverseFrequencies(4);

        Assert.Equal([1f, 0.005f], scaled);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0.5, 1, 1)]
    [InlineData(32, 1, 1.3465735902799727)]
    [InlineData(40, 0.5, 1.1844439727056968)]
    public void MagnitudeOf_YarnFactor_IsThePapers(double factor, double scale, double expected) =>
        Assert.Equal(expected, YarnRotaryScaling.MagnitudeOf(factor, scale), 1e-12);

    [Fact]
    public void InverseFrequencies_LongRope_DividesByTheListThatHolds()
    {
        var scaling = new LongRopeRotaryScaling([1, 2], [3, 4], 4096, 1.2, IsLong: false);
        var spec = new RotarySpec(10_000) { Scaling = scaling };

        Assert.Equal([1f, 0.005f], spec.InverseFrequencies(4));
        Assert.Equal([1 / 3f, 0.0025f], spec.For(4097).InverseFrequencies(4));
        Assert.Equal([1f, 0.005f], spec.For(4097).For(4096).InverseFrequencies(4));
        Assert.Equal(1.2f, spec.AttentionFactor);
    }

    [Theory]
    [InlineData(131_072, 4096, 1.1902380714238083)]
    [InlineData(4096, 4096, 1)]
    public void MagnitudeOf_LongRopeContexts_IsTheReferences(int context, int original, double expected) =>
        Assert.Equal(expected, LongRopeRotaryScaling.MagnitudeOf(context, original), 1e-12);

    [Fact]
    public void InverseFrequencies_Proportional_TurnTheFirstPairsByExponentsOverTheWholeHead()
    {
        var scaled = new RotarySpec(1e6) { Scaling = new ProportionalRotaryScaling(0.25, 2) }.InverseFrequencies(32);

        Assert.Equal(16, scaled.Length);
        Assert.Equal(0.5, scaled[0], 1e-9);
        Assert.Equal(Math.Exp(-6 * Math.Log(1e6) / 32) / 2, scaled[3], 1e-7);
        Assert.All(scaled[4..], frequency => Assert.Equal(0, frequency));
    }
}
