using Rill.Serving;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using Rill.Torch.Tests.Gpu.Layers;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Sampling;

/// <summary>The device's sampler, on tensors of the CPU, against the host's: the same random numbers give the same tokens.</summary>
public sealed class GpuSamplerTests : IDisposable
{
    private const int Vocabulary = 1000;

    private readonly ThreadTeam _team = new(1);
    private readonly Sampler _host;
    private readonly ReplayingDevice _device = new();
    private readonly GpuSampler _sampler;

    public GpuSamplerTests()
    {
        NativeTorch.Load();
        _host = new(_team);
        _sampler = new(_host, _device, torch.CPU);
    }

    public void Dispose()
    {
        _sampler.Dispose();
        _team.Dispose();
    }

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

        Assert.Equal(Tokens(_host.Sample(logits, RunnerDriver.LastTokens(sequences))), Tokens(_sampler.Sample(logits, RunnerDriver.LastTokens(sequences))));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Sample_ManyEqualLogits_GivesTheHostsTokens(SamplingParameters parameters)
    {
        var sequences = Enumerable.Range(0, 64).Select(seed => NewSequence(seed, parameters with { Seed = seed })).ToList();
        using var logits = Logits(sequences.Count, levels: 5);    // ties at every limit of a filter

        Assert.Equal(Tokens(_host.Sample(logits, RunnerDriver.LastTokens(sequences))), Tokens(_sampler.Sample(logits, RunnerDriver.LastTokens(sequences))));
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

        var expected = _host.Sample(logits, RunnerDriver.LastTokens(sequences));
        var actual = _sampler.Sample(logits, RunnerDriver.LastTokens(sequences));

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

            Assert.Same(sequences[1], Assert.Throws<SequenceFaultException>(() => _sampler.Sample(logits, RunnerDriver.LastTokens(sequences))).Sequence);

            sequences.RemoveAt(1);
            Assert.Equal([0, 2], Tokens(_sampler.Sample(logits.narrow(0, 0, 2), RunnerDriver.LastTokens(sequences))));
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
            () => _sampler.Sample(logits, RunnerDriver.LastTokens([NewSequence(0, SamplerCase.Greedy), bad]))).Sequence);
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

        Assert.Equal(1, UploadsOf(() => _sampler.Sample(peaked, RunnerDriver.LastTokens(sequences))));
        Assert.Equal(3, UploadsOf(() => _sampler.Sample(flat, RunnerDriver.LastTokens(sequences))));    // once more, with the rows' numbers

        int UploadsOf(Action action)
        {
            var before = _device.Uploads;
            action();
            return _device.Uploads - before;
        }
    }

    [Fact]
    public void Sample_GreedyRowsAlone_SendsNothing()
    {
        using var logits = Logits(3, int.MaxValue);

        _sampler.Sample(logits, RunnerDriver.LastTokens(Enumerable.Range(0, 3).Select(row => NewSequence(row, SamplerCase.Greedy))));

        Assert.Equal(0, _device.Uploads);
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

        var expected = _host.Sample(logits, steps).Select(result => result.Tokens.ToArray()).ToList();

        Assert.Equal(expected, _sampler.Sample(logits, steps).Select(result => result.Tokens.ToArray()));
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

        Assert.Equal(7, _sampler.Sample(logits, RunnerDriver.LastTokens([NewSequence(0, new SamplingParameters { Temperature = 0 })]))[0].TokenId);
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

        var fault = Assert.Throws<SequenceFaultException>(() => _sampler.Sample(logits, RunnerDriver.LastTokens(sequences)));

        Assert.Same(sequences[1], fault.Sequence);
    }

    /// <summary>What only the logits can settle is left open once another step has overwritten them; everything else is read all the same.</summary>
    [Fact]
    public void Read_OfWhatWasOvertaken_LeavesOpenWhatIsNotSettled()
    {
        List<Sequence> sequences = [NewSequence(1, new() { Temperature = 0 }), NewSequence(2, new() { Temperature = 0 })];
        using var logits = Logits(sequences.Count, levels: int.MaxValue);
        var expected = Tokens(_host.Sample(logits, RunnerDriver.LastTokens(sequences)));
        logits[1].fill_(float.NaN);
        logits[1, 5].fill_(1);
        using var sampling = _sampler.Launch(logits, RunnerDriver.LastTokens(sequences));

        var read = _sampler.Read(sampling);
        logits.fill_(0);
        var overtaken = _sampler.Read(sampling, overtaken: true);

        Assert.Equal([expected[0], 5], Tokens(read));
        Assert.Equal(expected[0], overtaken[0].TokenId);
        Assert.Equal([false, true], overtaken.Select(result => result.IsOvertaken));
    }

    [Fact]
    public void Read_WhereOneRowHasNoPossibleToken_GivesTheOthersTokens()
    {
        List<Sequence> sequences = [NewSequence(1, new() { Temperature = 0 }), NewSequence(2, new() { Temperature = 0 })];
        using var logits = Logits(sequences.Count, levels: int.MaxValue);
        var expected = Tokens(_host.Sample(logits, RunnerDriver.LastTokens(sequences)));
        logits[0].fill_(float.NaN);
        using var sampling = _sampler.Launch(logits, RunnerDriver.LastTokens(sequences));

        var read = _sampler.Read(sampling);

        Assert.Equal(sequences[0], read[0].Fault!.Sequence);
        Assert.Equal((expected[1], null), (read[1].TokenId, read[1].Fault));
    }

    [Fact]
    public void Sample_RowWithOneNumberAmongNaN_IsTheHostsToDecide()
    {
        using var logits = torch.full([1, Vocabulary], float.NaN);
        logits[0, 12] = 1f;

        Assert.Equal(12, _sampler.Sample(logits, RunnerDriver.LastTokens([NewSequence(0, new SamplingParameters { Temperature = 0 })]))[0].TokenId);
    }

    [Fact]
    public void Sample_Logits_AreNotChanged()
    {
        using var logits = Logits(4, levels: int.MaxValue);
        using var before = logits.clone();
        var sequences = Enumerable.Range(0, 4).Select(row => NewSequence(row, new SamplingParameters { TopK = 5, TopP = 0.5f, MinP = 0.1f })).ToList();

        _sampler.Sample(logits, RunnerDriver.LastTokens(sequences));

        Assert.True(logits.eq(before).all().ToBoolean());
    }

    private void AssertSame(torch.Tensor logits, List<Sequence> sequences)
    {
        var expected = _host.Sample(logits, RunnerDriver.LastTokens(sequences));
        var actual = _sampler.Sample(logits, RunnerDriver.LastTokens(sequences));

        Assert.Equal(Tokens(expected), Tokens(actual));
        AssertSameLogprobs(expected, actual);
    }

    private static void AssertSameLogprobs(StepResult[] expected, StepResult[] actual) => Assert.All(expected.Zip(actual), pair =>
    {
        var (host, device) = (pair.First.Tokens.Span[0].Logprobs, pair.Second.Tokens.Span[0].Logprobs);
        Assert.Equal(host is null, device is null);
        Assert.Equal(host?.TopIds, device?.TopIds);
        Assert.Equal(host?.Logprob ?? 0, device?.Logprob ?? 0, 1e-4f);
        Assert.All((host?.TopLogprobs ?? []).Zip(device?.TopLogprobs ?? []), values => Assert.Equal(values.First, values.Second, 1e-4f));
    });

    /// <summary>A sequence that has written much of the lower vocabulary, some of it often.</summary>
    private static Sequence Written(int id, SamplingParameters parameters)
    {
        var random = new Random(id);
        var sequence = new Sequence(id, [.. Enumerable.Range(0, 50).Select(_ => random.Next(Vocabulary))], parameters);
        for (var token = 0; token < 30 + id; token++)
        {
            sequence.Append(random.Next(12));
        }

        return sequence;
    }

    private static Sequence NewSequence(long id, SamplingParameters parameters) => new(id, [1, 2, 3], parameters);

    private static int[] Tokens(StepResult[] sampled) => Array.ConvertAll(sampled, result => result.TokenId);

    /// <summary>f32 [rows, vocabulary] that spread over so many nats from a lowest on, rounded to a number of levels.</summary>
    private static torch.Tensor Logits(int rows, int levels, int vocabulary = Vocabulary, float spread = 10, float below = 0)
    {
        var random = new Random(11);
        var values = new float[rows * vocabulary];
        for (var i = 0; i < values.Length; i++)
        {
            var share = random.NextDouble();
            values[i] = below + (spread * (float)(levels == int.MaxValue ? share : Math.Floor(share * levels) / levels));
        }

        return torch.tensor(values).view(rows, vocabulary);
    }
}
