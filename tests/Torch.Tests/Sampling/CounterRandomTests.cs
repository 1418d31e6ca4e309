using Rill.Torch.Sampling;

namespace Rill.Torch.Tests.Sampling;

public sealed class CounterRandomTests
{
    [Fact]
    public void Generate_KnownInputs_GivesTheAuthorsAnswers()
    {
        // kat_vectors of Random123, philox4x32 10
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), CounterRandom.Generate((0, 0, 0, 0), 0, 0));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu),
            CounterRandom.Generate((uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue), uint.MaxValue, uint.MaxValue));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            CounterRandom.Generate((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), 0xa4093822, 0x299f31d0));
    }

    [Fact]
    public void Uniform_SeedChoiceAndStep_EachMatter()
    {
        var value = CounterRandom.Uniform(5, 1, 9);

        Assert.Equal(value, CounterRandom.Uniform(5, 1, 9));
        Assert.NotEqual(value, CounterRandom.Uniform(6, 1, 9));
        Assert.NotEqual(value, CounterRandom.Uniform(5 + (1L << 32), 1, 9));
        Assert.NotEqual(value, CounterRandom.Uniform(5, 2, 9));
        Assert.NotEqual(value, CounterRandom.Uniform(5, 1, 10));
    }

    [Fact]
    public void Uniform_ManySteps_FillTheUnitInterval()
    {
        var values = Enumerable.Range(0, 20_000).Select(step => CounterRandom.Uniform(-3, 0, step)).ToList();

        Assert.All(values, value => Assert.InRange(value, 0, 0.9999999999999999));
        Assert.InRange(values.Average(), 0.49, 0.51);
        Assert.All(values.GroupBy(value => (int)(value * 10)), tenth => Assert.InRange(tenth.Count(), 1800, 2200));
    }
}
