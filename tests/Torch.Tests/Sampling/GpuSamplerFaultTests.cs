using Rill.Serving;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Sampling;

/// <summary>Rows of which no token can be drawn, or not on the device: each is its own sequence's affair.</summary>
public sealed class GpuSamplerFaultTests : GpuSamplerWorld
{
    [Fact]
    public void Sample_ConstraintThatFailsOrAllowsNothing_FaultsItsSequenceAlone()
    {
        foreach (var rule in (Func<int, int, bool>[])[(_, _) => throw new InvalidOperationException("broken"), (_, _) => false])
        {
            var sequences = Enumerable.Range(0, 3).Select(row => new Sequence(row, [1], SamplerCase.Greedy)
            {
                Constraint = row == 1 ? new RuleConstraint(rule) : new RuleConstraint((token, _) => token == row),
            }).ToList();
            using var logits = Logits(3, int.MaxValue);

            Assert.Same(sequences[1], Assert.Throws<SequenceFaultException>(() => Sampler.Sample(logits, RunnerDriver.LastTokens(sequences))).Sequence);

            sequences.RemoveAt(1);
            Assert.Equal([0, 2], Tokens(Sampler.Sample(logits.narrow(0, 0, 2), RunnerDriver.LastTokens(sequences))));
        }
    }

    [Theory]
    [InlineData(Vocabulary)]
    [InlineData(-1)]
    public void Sample_BiasOfATokenThatThereIsNot_FaultsItsSequenceAsOnTheHost(int token)
    {
        var bad = NewSequence(1, new SamplingParameters { LogitBias = new Dictionary<int, float> { [token] = 1 } });
        using var logits = Logits(2, int.MaxValue);

        Assert.Same(bad, Assert.Throws<SequenceFaultException>(
            () => Sampler.Sample(logits, RunnerDriver.LastTokens([NewSequence(0, SamplerCase.Greedy), bad]))).Sequence);
    }

    [Theory]
    [InlineData(0, float.NaN)]
    [InlineData(1, float.NaN)]
    [InlineData(0, float.NegativeInfinity)]
    [InlineData(1, float.NegativeInfinity)]
    public void Sample_RowWithoutAPossibleToken_FaultsItsSequenceAlone(float temperature, float logit)
    {
        using var logits = torch.full([3, Vocabulary], 1f);
        logits[1].fill_(logit);
        var sequences = Enumerable.Range(0, 3).Select(row => NewSequence(row, new SamplingParameters { Temperature = temperature })).ToList();

        var fault = Assert.Throws<SequenceFaultException>(() => Sampler.Sample(logits, RunnerDriver.LastTokens(sequences)));

        Assert.Same(sequences[1], fault.Sequence);
    }

    /// <summary>What only the logits can settle is left open once another step has overwritten them; everything else is read all the same.</summary>
    [Fact]
    public void Read_OfWhatWasOvertaken_LeavesOpenWhatIsNotSettled()
    {
        List<Sequence> sequences = [NewSequence(1, new() { Temperature = 0 }), NewSequence(2, new() { Temperature = 0 })];
        using var logits = Logits(sequences.Count, levels: int.MaxValue);
        var expected = Tokens(Host.Sample(logits, RunnerDriver.LastTokens(sequences)));
        logits[1].fill_(float.NaN);
        logits[1, 5].fill_(1);
        using var sampling = Sampler.Launch(logits, RunnerDriver.LastTokens(sequences));

        var read = Sampler.Read(sampling);
        logits.fill_(0);
        var overtaken = Sampler.Read(sampling, overtaken: true);

        Assert.Equal([expected[0], 5], Tokens(read));
        Assert.Equal(expected[0], overtaken[0].TokenId);
        Assert.Equal([false, true], overtaken.Select(result => result.IsOvertaken));
    }

    [Fact]
    public void Read_WhereOneRowHasNoPossibleToken_GivesTheOthersTokens()
    {
        List<Sequence> sequences = [NewSequence(1, new() { Temperature = 0 }), NewSequence(2, new() { Temperature = 0 })];
        using var logits = Logits(sequences.Count, levels: int.MaxValue);
        var expected = Tokens(Host.Sample(logits, RunnerDriver.LastTokens(sequences)));
        logits[0].fill_(float.NaN);
        using var sampling = Sampler.Launch(logits, RunnerDriver.LastTokens(sequences));

        var read = Sampler.Read(sampling);

        Assert.Equal(sequences[0], read[0].Fault!.Sequence);
        Assert.Equal((expected[1], null), (read[1].TokenId, read[1].Fault));
    }

    [Fact]
    public void Sample_RowWithOneNumberAmongNaN_IsTheHostsToDecide()
    {
        using var logits = torch.full([1, Vocabulary], float.NaN);
        logits[0, 12] = 1f;

        Assert.Equal(12, Sampler.Sample(logits, RunnerDriver.LastTokens([NewSequence(0, new SamplingParameters { Temperature = 0 })]))[0].TokenId);
    }
}
