using Rill.Serving;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using Rill.Torch.Tests.Gpu.Layers;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Sampling;

/// <summary>A device's sampler on tensors of the CPU, the host's beside it, and rows to draw from.</summary>
public abstract class GpuSamplerWorld : IDisposable
{
    private protected const int Vocabulary = 1000;

    private readonly ThreadTeam _team = new(1);

    /// <summary>What is compared with.</summary>
    private protected Sampler Host { get; }

    /// <summary>Counts what is sent to it.</summary>
    private protected ReplayingDevice Device { get; } = new();

    /// <summary>What is tested.</summary>
    private protected GpuSampler Sampler { get; }

    private protected GpuSamplerWorld()
    {
        NativeTorch.Load();
        Host = new(_team);
        Sampler = new(Host, Device, torch.CPU);
    }

    public void Dispose()
    {
        Sampler.Dispose();
        _team.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void AssertSame(torch.Tensor logits, List<Sequence> sequences)
    {
        var expected = Host.Sample(logits, RunnerDriver.LastTokens(sequences));
        var actual = Sampler.Sample(logits, RunnerDriver.LastTokens(sequences));

        Assert.Equal(Tokens(expected), Tokens(actual));
        AssertSameLogprobs(expected, actual);
    }

    private protected static void AssertSameLogprobs(StepResult[] expected, StepResult[] actual) => Assert.All(expected.Zip(actual), pair =>
    {
        var (host, device) = (pair.First.Tokens.Span[0].Logprobs, pair.Second.Tokens.Span[0].Logprobs);
        Assert.Equal(host is null, device is null);
        Assert.Equal(host?.TopIds, device?.TopIds);
        Assert.Equal(host?.Logprob ?? 0, device?.Logprob ?? 0, 1e-4f);
        Assert.All((host?.TopLogprobs ?? []).Zip(device?.TopLogprobs ?? []), values => Assert.Equal(values.First, values.Second, 1e-4f));
    });

    /// <summary>A sequence that has written much of the lower vocabulary, some of it often.</summary>
    private protected static Sequence Written(int id, SamplingParameters parameters)
    {
        var random = new Random(id);
        var sequence = new Sequence(id, [.. Enumerable.Range(0, 50).Select(_ => random.Next(Vocabulary))], parameters);
        for (var token = 0; token < 30 + id; token++)
        {
            sequence.Append(random.Next(12));
        }

        return sequence;
    }

    private protected static Sequence NewSequence(long id, SamplingParameters parameters) => new(id, [1, 2, 3], parameters);

    private protected static int[] Tokens(StepResult[] sampled) => Array.ConvertAll(sampled, result => result.TokenId);

    /// <summary>f32 [rows, vocabulary] that spread over so many nats from a lowest on, rounded to a number of levels.</summary>
    private protected static torch.Tensor Logits(int rows, int levels, int vocabulary = Vocabulary, float spread = 10, float below = 0)
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
