using Rill.Serving;
using Rill.Torch.Sampling;
using Rill.Torch.Tests.Gpu.Layers;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Gpu;

/// <summary>Steps that are launched before the tokens of the step before are read give the tokens of steps that wait, on CPU tensors.</summary>
public sealed class OverlapTests : IDisposable
{
    private readonly TinyModel _model = new("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":1}""");
    private readonly ReplayingDevice _device = new();

    public static TheoryData<string> Parameters => ["greedy", "seeded", "filtered", "logprobs"];

    public void Dispose() => _model.Dispose();

    /// <summary>More sequences than run at once, of different lengths, some with the same beginning: batches change, prompts join, blocks are shared.</summary>
    [Theory]
    [MemberData(nameof(Parameters))]
    public void Run_ManySequences_GivesTheTokensOfThePlainRun(string kind)
    {
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { SlotCount = 4 });

        var (expected, plain) = Run(runner, kind, overlaps: false);
        var (actual, ahead) = Run(runner, kind, overlaps: true);

        Assert.Equal(expected, actual);
        Assert.Equal(0, plain.Ahead);
        Assert.InRange(ahead.Ahead, 50, int.MaxValue);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_WithGraphs_GivesTheTokensOfThePlainRun(bool flash)
    {
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { SlotCount = 4, StepDevice = _device, Flash = flash ? FlashStandIn.Forward : null });
        var before = _device.Launches;

        var (expected, _) = Run(runner, "seeded", overlaps: false);
        var (actual, ahead) = Run(runner, "seeded", overlaps: true);

        Assert.Equal(expected, actual);
        Assert.InRange(ahead.Ahead, 50, int.MaxValue);
        Assert.InRange(_device.Launches - before, 20, int.MaxValue);    // replays, not passes as they come
    }

    [Fact]
    public void Run_WithLittleMemory_PreemptsAndGivesTheTokensOfThePlainRun()
    {
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { SlotCount = 4 });

        var (expected, plain) = Run(runner, "seeded", overlaps: false, blockCount: 16);
        var (actual, ahead) = Run(runner, "seeded", overlaps: true, blockCount: 16);

        Assert.Equal(expected, actual);
        Assert.InRange(Math.Min(plain.Preemptions, ahead.Preemptions), 1, int.MaxValue);
        Assert.InRange(ahead.Ahead, 10, int.MaxValue);
    }

    [Fact]
    public void Run_WhereEmbeddingsAndPenaltiesTakePart_GivesWhatThePlainRunGives()
    {
        using var runner = RunnerDriver.LoadTensors(_model, options => options);

        var expected = Mixed(overlaps: false);
        var actual = Mixed(overlaps: true);

        Assert.Equal(expected.Tokens, actual.Tokens);
        Assert.Equal(expected.Vectors.Length, actual.Vectors.Length);
        Assert.All(expected.Vectors.Zip(actual.Vectors), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));

        (int[] Tokens, float[] Vectors) Mixed(bool overlaps)
        {
            Sequence[] sequences =
            [
                new(0, RunnerDriver.Prompt(9), new() { Temperature = 0, MaxTokens = 12 }),
                new(1, RunnerDriver.Prompt(11, seed: 2), new() { Temperature = 0, MaxTokens = 5, FrequencyPenalty = 1.5f }),
                new(2, RunnerDriver.Prompt(50, seed: 3), new()) { Work = SequenceWork.EmbedMean },
                new(3, RunnerDriver.Prompt(30, seed: 4), new()) { Work = SequenceWork.EmbedLast },
            ];
            var tokens = new ServedModel(runner, tokenBudget: 16, overlaps: overlaps).Run(sequences);
            return ([.. tokens.SelectMany(own => own).Select(token => token.TokenId)],
                [.. sequences[2].Finish!.Vector!.Value.ToArray(), .. sequences[3].Finish!.Vector!.Value.ToArray()]);
        }
    }

    /// <summary>A sequence whose row is left to the host stands beside others that go on unread, and comes back once it was overtaken.</summary>
    [Fact]
    public void Run_WhereTheHostSamplesOneRow_GivesTheTokensOfThePlainRun()
    {
        using var model = new TinyModel(changes: """{"vocab_size":600}""");    // more than the alternatives that a device is asked for
        using var runner = RunnerDriver.LoadTensors(model, options => options);

        var expected = Mixed(overlaps: false);
        var actual = Mixed(overlaps: true);

        Assert.Equal(expected.Tokens, actual.Tokens);
        Assert.Equal([false, true, false], actual.Sequences.Select(sequence => sequence.IsReadFirst));

        (int[] Tokens, Sequence[] Sequences) Mixed(bool overlaps)
        {
            Sequence[] sequences = [.. Enumerable.Range(0, 3).Select(index => new Sequence(index, RunnerDriver.Prompt(9, seed: index), new()
            {
                Temperature = 0,
                MaxTokens = 6 + (5 * index),
                TopLogprobs = index == 1 ? GpuLogprobs.MostAlternatives + 1 : null,
            }))];
            var tokens = new ServedModel(runner, overlaps: overlaps).Run(sequences);
            return ([.. tokens.SelectMany(own => own).Select(token => token.TokenId)], sequences);
        }
    }

    [Fact]
    public void Launch_OfStepsThatOverlap_DisposesTheirTensors()
    {
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { SlotCount = 4 });
        Run(runner, "logprobs", overlaps: true);
        GC.Collect();
        GC.WaitForPendingFinalizers();    // of what other tests left
        var before = TorchSharp.torch.Tensor.TotalCount;

        Run(runner, "logprobs", overlaps: true);

        Assert.InRange(TorchSharp.torch.Tensor.TotalCount - before, long.MinValue, 0);
    }

    [Fact]
    public void Limits_OfTheCpusDecoder_DoNotOverlap()
    {
        using var cpu = RunnerDriver.Load(_model);
        using var tensors = RunnerDriver.LoadTensors(_model, options => options);
        using var off = RunnerDriver.LoadTensors(_model, options => options with { Overlap = false });

        Assert.Equal((false, true, false), (cpu.Limits.Overlaps, tensors.Limits.Overlaps, off.Limits.Overlaps));
    }

    private static (List<string> Tokens, ServedModel Served) Run(TorchModelRunner runner, string kind, bool overlaps, int blockCount = 200)
    {
        var served = new ServedModel(runner, blockCount, tokenBudget: 24, overlaps: overlaps);
        var tokens = served.Run([.. Enumerable.Range(0, 9).Select(index => new Sequence(index, RunnerDriver.Prompt(5 + (3 * index), seed: index / 2), Of(kind, index)))]);
        return ([.. tokens.Select(own => string.Join(' ', own.Select(Describe)))], served);
    }

    private static SamplingParameters Of(string kind, int index)
    {
        var seeded = new SamplingParameters { Temperature = 1.1f, Seed = 40 + index, MaxTokens = 4 + (3 * index), EosTokenIds = [7, 19, 101] };
        return kind switch
        {
            "greedy" => seeded with { Temperature = 0 },
            "filtered" => seeded with { TopK = 20, TopP = 0.8f, MinP = 0.01f, LogitBias = new Dictionary<int, float> { [3] = 2 } },
            "logprobs" => seeded with { TopLogprobs = 3 },
            _ => seeded,
        };
    }

    private static string Describe(SampledToken token) => token.Logprobs is { } logprobs
        ? FormattableString.Invariant($"{token.TokenId}:{logprobs.Logprob:F3}:{string.Join(',', logprobs.TopIds)}")
        : FormattableString.Invariant($"{token.TokenId}");
}
