using Rill.Serving;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Sampling;

/// <summary>The device's sampler, on tensors of the CPU, against the host's: the same random numbers give the same tokens.</summary>
public sealed class GpuSamplerTests : GpuSamplerWorld
{
    public static TheoryData<SamplingParameters> Filters =>
    [
        new SamplingParameters(),
        new SamplingParameters { Temperature = 0.3f },
        new SamplingParameters { Temperature = 0.0001f },
        new SamplingParameters { TopK = 1 },
        new SamplingParameters { TopK = 7 },
        new SamplingParameters { TopK = Vocabulary + 5 },
        new SamplingParameters { TopK = -1 },
        new SamplingParameters { TopP = 0 },
        new SamplingParameters { TopP = 0.4f },
        new SamplingParameters { TopP = 0.999f, Temperature = 1.7f },
        new SamplingParameters { MinP = 0.2f },
        new SamplingParameters { MinP = 1 },
        new SamplingParameters { MinP = 0.01f, TopK = 50, TopP = 0.913f, Temperature = 0.8f },
    ];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Sample_ManySeeds_GivesTheHostsTokens(SamplingParameters parameters)
    {
        var sequences = Enumerable.Range(0, 64).Select(seed => NewSequence(seed, parameters with { Seed = seed, Choice = seed % 3 })).ToList();
        using var logits = Logits(sequences.Count, levels: int.MaxValue);

        Assert.Equal(Tokens(Host.Sample(logits, RunnerDriver.LastTokens(sequences))), Tokens(Sampler.Sample(logits, RunnerDriver.LastTokens(sequences))));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Sample_ManyEqualLogits_GivesTheHostsTokens(SamplingParameters parameters)
    {
        var sequences = Enumerable.Range(0, 64).Select(seed => NewSequence(seed, parameters with { Seed = seed })).ToList();
        using var logits = Logits(sequences.Count, levels: 5);    // ties at every limit of a filter

        Assert.Equal(Tokens(Host.Sample(logits, RunnerDriver.LastTokens(sequences))), Tokens(Sampler.Sample(logits, RunnerDriver.LastTokens(sequences))));
    }

    [Fact]
    public void Sample_AllKindsOfRowsInOneStep_KeepsTheirOrderAndGivesTheHostsTokens()
    {
        SamplingParameters[] kinds =
        [
            new() { Temperature = 0 },
            new() { TopP = 0.8f },
            new() { TopLogprobs = 3 },
            new() { Temperature = 0, LogitBias = new Dictionary<int, float> { [5] = 100 } },
            new() { FrequencyPenalty = 1.5f },
            new() { MinTokens = 9, EosTokenIds = [1, 2] },
            new() { TopK = 3 },
            new() { RepetitionPenalty = 1.3f, PresencePenalty = 0.4f, TopP = 0.7f, TopLogprobs = 0 },
            new() { BadWords = [[4], [2, 3, 5], [3, 6]], TopK = 20, TopLogprobs = 20 },
        ];
        var sequences = Enumerable.Range(0, 70).Select(row => NewSequence(row, kinds[row % kinds.Length] with { Seed = row })).ToList();
        using var logits = Logits(sequences.Count, levels: int.MaxValue);

        var expected = Host.Sample(logits, RunnerDriver.LastTokens(sequences));
        var actual = Sampler.Sample(logits, RunnerDriver.LastTokens(sequences));

        Assert.Equal(Tokens(expected), Tokens(actual));
        AssertSameLogprobs(expected, actual);
    }

    public static TheoryData<SamplingParameters> Processors =>
    [
        new SamplingParameters { FrequencyPenalty = 1.5f },
        new SamplingParameters { PresencePenalty = -2, Temperature = 0 },
        new SamplingParameters { RepetitionPenalty = 2.5f },
        new SamplingParameters { RepetitionPenalty = 0.5f, FrequencyPenalty = 0.7f, PresencePenalty = 0.2f, TopK = 12 },
        new SamplingParameters { LogitBias = new Dictionary<int, float> { [0] = 9, [7] = -100, [Vocabulary - 1] = 8.5f }, TopP = 0.6f },
        new SamplingParameters { BadWords = [[3], [7, 8], [8, 9, 10]], Temperature = 0.2f },
        new SamplingParameters { MinTokens = 99, EosTokenIds = [3, Vocabulary + 7], StopTokenIds = [11], TopK = 5 },
        new SamplingParameters { LogitBias = new Dictionary<int, float> { [3] = 100 }, BadWords = [[3]], Temperature = 0 },
    ];

    /// <summary>Penalties count prompt and completion, words end where the completion does: over long texts, in long batches.</summary>
    [Theory]
    [MemberData(nameof(Processors))]
    public void Sample_Processors_GivesTheHostsTokensAndLogprobs(SamplingParameters parameters)
    {
        var sequences = Enumerable.Range(0, 48).Select(row => Written(row, parameters with { Seed = row, TopLogprobs = row % 2 == 0 ? null : row % 7 })).ToList();
        using var logits = Logits(sequences.Count, levels: int.MaxValue, below: -4);

        AssertSame(logits, sequences);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(127)]
    [InlineData(1000)]
    public void Sample_Constraints_GivesTheHostsTokens(int vocabulary)
    {
        var sequences = Enumerable.Range(0, 40).Select(row => new Sequence(row, [1], new SamplingParameters { Seed = row, Temperature = row % 2, TopP = 0.9f })
        {
            Constraint = row % 3 == 0 ? null : row % 3 == 1 ? new RuleConstraint((token, _) => token % 32 is 0 or 31 || token % 7 == row % 7) : new RuleConstraint(rule: null),
        }).ToList();
        using var logits = Logits(sequences.Count, int.MaxValue, vocabulary: vocabulary);

        AssertSame(logits, sequences);
    }

    /// <summary>Distributions in which the candidates do, and in which they do not: as flat as can be, and with equal logits at every limit.</summary>
    [Theory]
    [InlineData(10f, int.MaxValue)]
    [InlineData(30f, int.MaxValue)]
    [InlineData(1f, int.MaxValue)]
    [InlineData(30f, 12)]
    [InlineData(200f, 3)]
    public void Sample_VocabularyBeyondTheCandidates_GivesTheHostsTokens(float spread, int levels)
    {
        SamplingParameters[] kinds =
        [
            new() { TopP = 0.9f }, new() { TopP = 0.999f }, new() { TopK = 40 }, new() { TopK = 700, TopP = 0.8f }, new(), new() { Temperature = 0 },
            new() { MinP = 0.3f, TopP = 0.95f },
        ];
        var sequences = Enumerable.Range(0, 70).Select(row => NewSequence(row, kinds[row % kinds.Length] with { Seed = row })).ToList();
        using var logits = Logits(sequences.Count, levels, vocabulary: 6000, spread: spread);

        AssertSame(logits, sequences);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(3000)]
    public void Sample_TopKBeyondTheCandidates_GivesTheHostsTokens(int topK)
    {
        var sequences = Enumerable.Range(0, 12).Select(row => NewSequence(row, new SamplingParameters { TopK = row < 6 ? topK : 9, Seed = row })).ToList();
        using var logits = Logits(sequences.Count, int.MaxValue, vocabulary: 6000);

        AssertSame(logits, sequences);
    }

    /// <summary>Where the nucleus is among the candidates, nothing is looked at twice: one upload goes in, and the whole row stays unsorted.</summary>
    [Fact]
    public void Sample_NucleusAmongTheCandidates_IsDrawnInOneGo()
    {
        var sequences = Enumerable.Range(0, 8).Select(row => NewSequence(row, new SamplingParameters { TopP = 0.9f, Seed = row })).ToList();
        using var peaked = Logits(sequences.Count, int.MaxValue, vocabulary: 6000, spread: 200);
        using var flat = Logits(sequences.Count, int.MaxValue, vocabulary: 6000, spread: 0.01f);

        Assert.Equal(1, UploadsOf(() => Sampler.Sample(peaked, RunnerDriver.LastTokens(sequences))));
        Assert.Equal(3, UploadsOf(() => Sampler.Sample(flat, RunnerDriver.LastTokens(sequences))));    // once more, with the rows' numbers

        int UploadsOf(Action action)
        {
            var before = Device.Uploads;
            action();
            return Device.Uploads - before;
        }
    }

    [Fact]
    public void Sample_GreedyRowsAlone_SendsNothing()
    {
        using var logits = Logits(3, int.MaxValue);

        Sampler.Sample(logits, RunnerDriver.LastTokens(Enumerable.Range(0, 3).Select(row => NewSequence(row, SamplerCase.Greedy))));

        Assert.Equal(0, Device.Uploads);
    }

    /// <summary>More equal logits than candidates at the last alternative: which come first is not to be told from the candidates.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(200)]
    public void Sample_AlternativesWithEqualLogits_AreTheHosts(int levels)
    {
        var sequences = Enumerable.Range(0, 20).Select(row => NewSequence(row, new SamplingParameters { TopLogprobs = row, Seed = row })).ToList();
        using var logits = Logits(sequences.Count, levels, vocabulary: 6000);

        AssertSame(logits, sequences);
    }

    [Fact]
    public void Sample_LogprobsOfImpossibleTokens_AreTheHosts()
    {
        var sequences = Enumerable.Range(0, 2).Select(row => NewSequence(row, SamplerCase.Greedy with { TopLogprobs = 4 })).ToList();
        using var logits = torch.full([2, Vocabulary], float.NegativeInfinity);
        logits[0, 9] = logits[0, 5] = logits[1, 0] = 2f;

        AssertSame(logits, sequences);
    }

    [Fact]
    public void Sample_DraftsBehindPenalties_GivesTheHostsTokens()
    {
        using var logits = Logits(6, int.MaxValue);
        List<SequenceStep> steps = [.. Enumerable.Range(0, 2).Select(row => Drafting(row, row == 0 ? SamplerCase.Greedy : SamplerCase.Greedy with { PresencePenalty = 1 }))];

        var expected = Host.Sample(logits, steps).Select(result => result.Tokens.ToArray()).ToList();

        Assert.Equal(expected, Sampler.Sample(logits, steps).Select(result => result.Tokens.ToArray()));
        Assert.All(expected, tokens => Assert.Equal(3, tokens.Length));

        SequenceStep Drafting(int row, SamplingParameters parameters)
        {
            var sequence = NewSequence(row, parameters);
            var own = Enumerable.Range(0, 3).Select(draft => (int)logits[(3 * row) + draft].argmax().ToInt64()).ToArray();
            sequence.Draft(new ScriptedDrafts(_ => own[..2]), 2);
            return new(sequence, sequence.Length - 1, 1, Drafts: 2);
        }
    }

    [Fact]
    public void Sample_Greedy_TakesTheLowerIdOfEquals()
    {
        using var logits = torch.zeros(1, Vocabulary);
        logits[0, 7] = logits[0, 400] = logits[0, 999] = 3f;

        Assert.Equal(7, Sampler.Sample(logits, RunnerDriver.LastTokens([NewSequence(0, new SamplingParameters { Temperature = 0 })]))[0].TokenId);
    }

    [Fact]
    public void Sample_Logits_AreNotChanged()
    {
        using var logits = Logits(4, levels: int.MaxValue);
        using var before = logits.clone();
        var sequences = Enumerable.Range(0, 4).Select(row => NewSequence(row, new SamplingParameters { TopK = 5, TopP = 0.5f, MinP = 0.1f })).ToList();

        Sampler.Sample(logits, RunnerDriver.LastTokens(sequences));

        Assert.True(logits.eq(before).all().ToBoolean());
    }
}
