using Rill.Serving;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>The decoder that CUDA uses, on the CPU, against the kernels: the same steps, the same distributions up to rounding.</summary>
public sealed class GpuDecoderTests : IDisposable
{
    private const float Tolerance = 2e-4f;

    private readonly TinyModel _model = new("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":1}""");
    private readonly TorchModelRunner _kernels;
    private readonly TorchModelRunner _tensors;

    public GpuDecoderTests()
    {
        _kernels = RunnerDriver.Load(_model, slots: 12);
        _tensors = RunnerDriver.Load(_model, slots: 12, tensors: true);
    }

    public void Dispose()
    {
        _kernels.Dispose();
        _tensors.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(12)]    // more than eight round up to all slots
    public void Execute_SequencesOfManyLengthsDecoding_AgreesWithTheKernels(int count)
    {
        var expected = Decode(_kernels, count);
        var actual = Decode(_tensors, count);

        AssertClose(expected, actual);
    }

    [Fact]
    public void Execute_PromptsChunksAndSingleTokensInOneStep_AgreesWithTheKernels()
    {
        var expected = Mixed(_kernels);
        var actual = Mixed(_tensors);

        Assert.Equal(expected.Select(step => step.Sequence), actual.Select(step => step.Sequence));
        AssertClose(expected.Select(step => step.Distribution), actual.Select(step => step.Distribution));
    }

    [Fact]
    public void Execute_PreemptedSequenceComputedAnew_AgreesWithTheKernels()
    {
        var expected = Recomputed(_kernels);
        var actual = Recomputed(_tensors);

        AssertClose([expected], [actual]);
    }

    [Fact]
    public void Execute_ContextBeyondTheShortestSpan_AgreesWithTheKernels()
    {
        using var model = new TinyModel(changes: """{"num_hidden_layers":2,"max_position_embeddings":1024}""");
        using var kernels = RunnerDriver.Load(model, slots: 2);
        using var tensors = RunnerDriver.Load(model, slots: 2, tensors: true);

        AssertClose([Long(kernels)], [Long(tensors)]);

        static float[] Long(TorchModelRunner runner) =>
            RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(1, RunnerDriver.Prompt(600)), 400, 199, 1));
    }

    [Fact]
    public void Execute_StepsOfEveryKind_DisposeTheirTensors()
    {
        Mixed(_tensors);
        Decode(_tensors, 5);
        GC.Collect();
        GC.WaitForPendingFinalizers();    // of what other tests left
        var before = TorchSharp.torch.Tensor.TotalCount;

        Mixed(_tensors);
        Decode(_tensors, 5);

        Assert.InRange(TorchSharp.torch.Tensor.TotalCount - before, long.MinValue, 0);
    }

    private static List<float[]> Decode(TorchModelRunner runner, int count)
    {
        var sequences = Enumerable.Range(0, count).Select(slot => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(2 + (11 * slot), seed: slot))).ToList();
        IReadOnlyList<StepResult> sampled = [];
        for (var step = 0; step < 4; step++)
        {
            sampled = runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, sequence.ComputedTokens, sequence.PendingTokens))] });
            Accept(sampled);
        }

        return [.. sampled.Select(RunnerDriver.Distribution)];
    }

    /// <summary>Two sequences that decode, a whole prompt, a chunk that ends its prompt, one that does not, and a prompt of one token.</summary>
    private static List<(long Sequence, float[] Distribution)> Mixed(TorchModelRunner runner)
    {
        Sequence[] decoding = [RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9)), RunnerDriver.NewSequence(5, RunnerDriver.Prompt(20))];
        var ending = RunnerDriver.NewSequence(2, RunnerDriver.Prompt(13));
        var chunk = RunnerDriver.NewSequence(3, RunnerDriver.Prompt(30));
        Accept(runner.Execute(new StepBatch { Steps = [new(decoding[0], 0, 9), new(ending, 0, 6), new(decoding[1], 0, 20)] }));

        var sampled = runner.Execute(new StepBatch
        {
            Steps =
            [
                new(decoding[1], 20, 1), new(RunnerDriver.NewSequence(4, RunnerDriver.Prompt(8)), 0, 8), new(chunk, 0, 11),
                new(decoding[0], 9, 1), new(RunnerDriver.NewSequence(1, RunnerDriver.Prompt(1)), 0, 1), new(ending, 6, 7),
            ],
        });
        Assert.Equal(5, sampled.Count);
        return [.. sampled.Select(token => (token.Sequence.Id, RunnerDriver.Distribution(token)))];
    }

    /// <summary>Prompt and completion in one step: the one token of the latter needs the two of the former.</summary>
    private static float[] Recomputed(TorchModelRunner runner)
    {
        var sequence = RunnerDriver.NewSequence(7, RunnerDriver.Prompt(9));
        RunnerDriver.Run(runner, sequence, 8, 1);
        sequence.Append(17);
        var other = RunnerDriver.NewSequence(8, RunnerDriver.Prompt(4));
        var sampled = runner.Execute(new StepBatch { Released = [7], Steps = [new(other, 0, 4), new(sequence, 0, 7)] });
        Assert.Same(other, Assert.Single(sampled).Sequence);
        return RunnerDriver.Distribution(runner.Execute(new StepBatch { Steps = [new(sequence, 7, 3)] })[0]);
    }

    private static void Accept(IReadOnlyList<StepResult> sampled)
    {
        foreach (var token in sampled)
        {
            token.Sequence.ComputedTokens = token.Sequence.Length;
            token.Sequence.Append(token.TokenId);
        }
    }

    private static void AssertClose(IEnumerable<float[]> expected, IEnumerable<float[]> actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.All(pair.First.Zip(pair.Second), values => Assert.Equal(values.First, values.Second, Tolerance)));
}
