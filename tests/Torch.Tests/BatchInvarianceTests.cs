using Rill.Serving;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>On the CPU, a sequence's distributions are the same bits whatever else the step holds and however it got there.</summary>
public abstract class BatchInvarianceTests : IDisposable
{
    private readonly TinyModel _model;
    private readonly TorchModelRunner _runner;

    private protected BatchInvarianceTests(TorchDataType type, TorchDataType keyValueType = TorchDataType.Auto, TinyModel? model = null)
    {
        _model = model ?? new("Qwen3ForCausalLM", """{"tie_word_embeddings":true,"max_position_embeddings":1024}""");
        _runner = RunnerDriver.Load(_model, type, slots: 48, keyValueType: keyValueType);
    }

    public void Dispose()
    {
        _runner.Dispose();
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Execute_PromptInAnyChunks_GivesTheSameBits()
    {
        var expected = Alone(40);

        for (var first = 1; first < 40; first++)
        {
            Assert.Equal(expected, Distribution(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(40)), first, 40 - first));
        }

        Assert.Equal(expected, Distribution(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(40)), [.. Enumerable.Repeat(1, 40)]));
        Assert.Equal(expected, Distribution(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(40)), 7, 13, 3, 16, 1));
    }

    [Fact]
    public void Execute_LongPromptSharedByThreads_GivesTheBitsOfSingleTokens()
    {
        var whole = Distribution(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(600)), 600);

        Assert.Equal(whole, Distribution(RunnerDriver.NewSequence(1, RunnerDriver.Prompt(600)), [.. Enumerable.Repeat(1, 600)]));
    }

    /// <summary>Three chunks of positions, which threads share when the sequence is alone, and one thread computes when it is among many.</summary>
    [Fact]
    public void Execute_LongContext_GivesTheSameBitsAloneAndAmongOthers()
    {
        var expected = Distribution(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(701)), 700, 1);
        var sequences = Enumerable.Range(0, 12).Select(slot => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(701))).ToList();
        _runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, 0, 600))] });

        _runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, 600, 1))] });
        _runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, 601, 99))] });
        var sampled = _runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, 700, 1))] });

        Assert.Equal(12, sampled.Count);
        Assert.All(sampled, token => Assert.Equal(expected, RunnerDriver.Distribution(token)));
    }

    [Fact]
    public void Execute_SequenceAmongOthers_GivesTheSameBits()
    {
        var expected = Alone(10);

        for (var others = 1; others <= 40; others++)
        {
            var sequence = RunnerDriver.NewSequence(0, RunnerDriver.Prompt(10));
            var steps = Enumerable.Range(1, others)
                .Select(slot => new SequenceStep(RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(1 + (slot % 5), seed: slot)), 0, 1 + (slot % 5)))
                .Append(new SequenceStep(sequence, 0, 10)).ToList();

            var sampled = _runner.Execute(new StepBatch { Steps = steps });

            Assert.Equal(others + 1, sampled.Count);
            Assert.Equal(expected, RunnerDriver.Distribution(sampled[^1]));
        }
    }

    [Fact]
    public void Execute_DecodingInABatch_GivesTheSameTokensAndBitsAsAlone()
    {
        const int count = 9;
        const int length = 12;
        var alone = Enumerable.Range(0, count).Select(index => Decode([index], length)[0]).ToList();

        var together = Decode([.. Enumerable.Range(0, count)], length);

        Assert.Equal(alone.Select(result => result.Tokens), together.Select(result => result.Tokens));
        Assert.Equal(alone.Select(result => result.Last), together.Select(result => result.Last));
    }

    [Fact]
    public void Execute_WithBlocksFromThePrefixCache_GivesTheSameBits()
    {
        var expected = Alone(10);
        var first = RunnerDriver.NewSequence(3, RunnerDriver.Prompt(10));
        _runner.Execute(new StepBatch { Steps = [new(first, 0, 10)], Saves = [new(3, 0, 5), new(3, 4, 2)] });

        var second = RunnerDriver.NewSequence(4, RunnerDriver.Prompt(10));
        second.ComputedTokens = 8;
        var sampled = _runner.Execute(new StepBatch { Released = [3], Restores = [new(4, 0, 5), new(4, 4, 2)], Steps = [new(second, 8, 2)] });

        Assert.Equal(expected, RunnerDriver.Distribution(sampled[0]));
    }

    [Fact]
    public void Execute_RecomputedAfterPreemption_GivesTheSameBits()
    {
        var sequence = RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9));
        var expected = RunnerDriver.Run(_runner, sequence, 9);
        for (var step = 0; step < 8; step++)
        {
            sequence.Append(expected.TokenId);
            expected = RunnerDriver.Run(_runner, sequence, 1);
        }

        _runner.Execute(new StepBatch { Steps = [], Released = [0] });
        sequence.ComputedTokens = 0;
        var recomputed = RunnerDriver.Run(_runner, sequence, 12, 5);

        Assert.Equal(RunnerDriver.Distribution(expected), RunnerDriver.Distribution(recomputed));
    }

    private float[] Alone(int length) => Distribution(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(length)), length);

    private float[] Distribution(Sequence sequence, params ReadOnlySpan<int> chunks) => RunnerDriver.Distribution(RunnerDriver.Run(_runner, sequence, chunks));

    private List<(int[] Tokens, float[] Last)> Decode(int[] seeds, int length)
    {
        var sequences = seeds.Select((seed, slot) => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(5 + seed, seed),
            new SamplingParameters { Temperature = 1, Seed = 100 + seed, TopP = 0.95f, TopLogprobs = int.MaxValue })).ToList();
        IReadOnlyList<StepResult> sampled = [];
        for (var step = 0; step < length; step++)
        {
            sampled = _runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, sequence.ComputedTokens, sequence.PendingTokens))] });
            foreach (var token in sampled)
            {
                token.Sequence.ComputedTokens = token.Sequence.Length;
                token.Sequence.Append(token.TokenId);
            }
        }

        return [.. sampled.Select(token => (token.Sequence.Tokens[token.Sequence.PromptLength..].ToArray(), RunnerDriver.Distribution(token)))];
    }
}

/// <summary>Everything through our kernels.</summary>
public sealed class Float32BatchInvarianceTests() : BatchInvarianceTests(TorchDataType.Float32);

/// <summary>Prompts through libtorch's matrix products where the processor has AVX-512, completions through our kernels.</summary>
public sealed class BFloat16BatchInvarianceTests() : BatchInvarianceTests(TorchDataType.BFloat16);

/// <summary>f32 over a cache in bf16.</summary>
public sealed class NarrowCacheBatchInvarianceTests() : BatchInvarianceTests(TorchDataType.Float32, TorchDataType.BFloat16);

/// <summary>Everything through the kernels for bytes where they have wide tiles; prompts through libtorch where they have not.</summary>
public sealed class Q8BatchInvarianceTests() : BatchInvarianceTests(TorchDataType.Q8);

/// <summary>The same with four bits.</summary>
public sealed class Q4BatchInvarianceTests() : BatchInvarianceTests(TorchDataType.Q4);

/// <summary>Layers of different heads, some of which read the keys and values of others, kept in eight bits.</summary>
public sealed class Gemma4BatchInvarianceTests() : BatchInvarianceTests(TorchDataType.Float32, TorchDataType.Q8, GemmaModels.Gemma4());

/// <summary>Several residual streams, prompts through libtorch where the processor has AVX-512.</summary>
public sealed class Gemma3nBatchInvarianceTests() : BatchInvarianceTests(TorchDataType.BFloat16, model: GemmaModels.Gemma3n());

/// <summary>Keys and values in eight bits.</summary>
public sealed class EightBitCacheBatchInvarianceTests() : BatchInvarianceTests(TorchDataType.Float32, TorchDataType.Q8);
