using Rill.Serving;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Sampling;

/// <summary>The device's sampler, on tensors of the CPU, against the host's: the same random numbers give the same tokens.</summary>
public sealed class GpuSamplerTests : IDisposable
{
    private const int Vocabulary = 1000;

    private readonly ThreadTeam _team = new(1);
    private readonly Sampler _host;

    public GpuSamplerTests()
    {
        NativeTorch.Load();
        _host = new(_team);
    }

    public void Dispose() => _team.Dispose();

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

        Assert.Equal(Tokens(_host.Sample(logits, RunnerDriver.LastTokens(sequences))), Tokens(new GpuSampler(_host).Sample(logits, RunnerDriver.LastTokens(sequences))));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Sample_ManyEqualLogits_GivesTheHostsTokens(SamplingParameters parameters)
    {
        var sequences = Enumerable.Range(0, 64).Select(seed => NewSequence(seed, parameters with { Seed = seed })).ToList();
        using var logits = Logits(sequences.Count, levels: 5);    // ties at every limit of a filter

        Assert.Equal(Tokens(_host.Sample(logits, RunnerDriver.LastTokens(sequences))), Tokens(new GpuSampler(_host).Sample(logits, RunnerDriver.LastTokens(sequences))));
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
        ];
        var sequences = Enumerable.Range(0, 70).Select(row => NewSequence(row, kinds[row % kinds.Length] with { Seed = row })).ToList();
        using var logits = Logits(sequences.Count, levels: int.MaxValue);

        var expected = _host.Sample(logits, RunnerDriver.LastTokens(sequences));
        var actual = new GpuSampler(_host).Sample(logits, RunnerDriver.LastTokens(sequences));

        Assert.Equal(Tokens(expected), Tokens(actual));
        Assert.Equal(expected.Select(result => result.Tokens.Span[0].Logprobs?.Logprob), actual.Select(result => result.Tokens.Span[0].Logprobs?.Logprob));
    }

    [Fact]
    public void Sample_Greedy_TakesTheLowerIdOfEquals()
    {
        using var logits = torch.zeros(1, Vocabulary);
        logits[0, 7] = logits[0, 400] = logits[0, 999] = 3f;

        Assert.Equal(7, new GpuSampler(_host).Sample(logits, RunnerDriver.LastTokens([NewSequence(0, new SamplingParameters { Temperature = 0 })]))[0].TokenId);
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

        var fault = Assert.Throws<SequenceFaultException>(() => new GpuSampler(_host).Sample(logits, RunnerDriver.LastTokens(sequences)));

        Assert.Same(sequences[1], fault.Sequence);
    }

    [Fact]
    public void Sample_RowWithOneNumberAmongNaN_IsTheHostsToDecide()
    {
        using var logits = torch.full([1, Vocabulary], float.NaN);
        logits[0, 12] = 1f;

        Assert.Equal(12, new GpuSampler(_host).Sample(logits, RunnerDriver.LastTokens([NewSequence(0, new SamplingParameters { Temperature = 0 })]))[0].TokenId);
    }

    [Fact]
    public void Sample_Logits_AreNotChanged()
    {
        using var logits = Logits(4, levels: int.MaxValue);
        using var before = logits.clone();
        var sequences = Enumerable.Range(0, 4).Select(row => NewSequence(row, new SamplingParameters { TopK = 5, TopP = 0.5f, MinP = 0.1f })).ToList();

        new GpuSampler(_host).Sample(logits, RunnerDriver.LastTokens(sequences));

        Assert.True(logits.eq(before).all().ToBoolean());
    }

    private static Sequence NewSequence(long id, SamplingParameters parameters) => new(id, [1, 2, 3], parameters);

    private static int[] Tokens(StepResult[] sampled) => Array.ConvertAll(sampled, result => result.TokenId);

    /// <summary>f32 [rows, Vocabulary] that spread over about ten nats, rounded to a number of levels.</summary>
    private static torch.Tensor Logits(int rows, int levels)
    {
        var random = new Random(11);
        var values = new float[rows * Vocabulary];
        for (var i = 0; i < values.Length; i++)
        {
            var share = random.NextDouble();
            values[i] = 10 * (float)(levels == int.MaxValue ? share : Math.Floor(share * levels) / levels);
        }

        return torch.tensor(values).view(rows, Vocabulary);
    }
}
