using Rill.Serving;
using Rill.Torch.Tests.Models;
using static Rill.Torch.Tests.Sampling.SamplerCase;

namespace Rill.Torch.Tests.Sampling;

/// <summary>The sampler under a mask of tokens (docs/adr/0047).</summary>
public sealed class SamplerConstraintTests
{
    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(65)]
    public void Sample_Constraint_LeavesItsTokensOnly(int vocabulary)
    {
        float[] logits = [.. Enumerable.Range(0, vocabulary).Select(token => (float)token)];
        for (var allowed = 0; allowed < vocabulary; allowed++)
        {
            var sequence = NewSequence(Greedy, constraint: new RuleConstraint((token, _) => token == allowed));

            Assert.Equal(allowed, SampleAll([logits], [sequence])[0].TokenId);
        }
    }

    [Fact]
    public void Sample_ConstraintAndBias_TheBiasLiftsNothingThatIsNotAllowed()
    {
        var parameters = Greedy with { LogitBias = new Dictionary<int, float> { [3] = 100 } };

        Assert.Equal(2, SampleAll([[0, 1, 2, 3]], [NewSequence(parameters, constraint: new RuleConstraint((token, _) => token < 3))])[0].TokenId);
    }

    [Fact]
    public void Sample_ConstraintThatAllowsAll_ChangesNothing() =>
        Assert.Equal(3, SampleAll([[0, 1, 2, 3]], [NewSequence(Greedy, constraint: new RuleConstraint(rule: null))])[0].TokenId);

    [Fact]
    public void Sample_ConstraintThatAllowsNothing_FaultsItsSequence()
    {
        var stuck = NewSequence(Greedy, constraint: new RuleConstraint((_, _) => false));

        Assert.Same(stuck, Assert.Throws<SequenceFaultException>(() => SampleAll([[1, 2], [1, 2]], [NewSequence(Greedy), stuck])).Sequence);
    }
}
