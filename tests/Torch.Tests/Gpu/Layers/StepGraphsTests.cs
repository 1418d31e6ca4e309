using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>Captured decoding steps, over a device that captures on the CPU.</summary>
public sealed class StepGraphsTests : IDisposable
{
    private readonly TinyModel _model = new("Qwen3ForCausalLM");
    private readonly ReplayingDevice _device = new();
    private readonly List<string> _reports = [];

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Execute_WithGraphs_GivesTheSameTokensAndDistributionsAsWithout()
    {
        using var eager = RunnerDriver.LoadTensors(_model, options => options);
        using var captured = Load();

        var expected = Decode(eager, steps: 12);
        var actual = Decode(captured, steps: 12);

        Assert.Equal(expected.Tokens, actual.Tokens);
        Assert.All(expected.Last.Zip(actual.Last), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Execute_ShapeThatComesAgain_IsCapturedOnceAndReplayed()
    {
        using var runner = Load();
        var (captures, launches) = (_device.Captures, _device.Launches);    // the warm-up captured one sequence

        Decode(runner, steps: 10);    // three sequences: a shape of four rows, decoded from the second step on

        Assert.Equal(1, captures);
        Assert.Equal(2, _device.Captures);
        Assert.Equal(launches + 9, _device.Launches);
        runner.Dispose();
        Assert.Equal(0, _device.Graphs);
    }

    [Fact]
    public void Execute_EveryCall_RunsOnTheDevicesStream()
    {
        var seen = new List<bool>();
        _device.Before = _ => seen.Add(_device.IsEntered);
        using var runner = Load();

        Decode(runner, steps: 3);

        Assert.NotEmpty(seen);
        Assert.DoesNotContain(false, seen);
        Assert.False(_device.IsEntered);
    }

    [Fact]
    public void Execute_GraphsSwitchedOff_CapturesNothing()
    {
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { StepDevice = _device, CudaGraphs = false });

        Decode(runner, steps: 3);

        Assert.Equal(0, _device.Captures);
    }

    [Theory]
    [InlineData("capture")]
    [InlineData("launch")]
    public void Execute_DeviceFails_GoesOnWithoutGraphsAndSaysWhyOnce(string operation)
    {
        using var eager = RunnerDriver.LoadTensors(_model, options => options);
        using var runner = Load();
        _device.Before = name => ThrowAt(operation, name);

        Assert.Equal(Decode(eager, steps: 8).Tokens, Decode(runner, steps: 8).Tokens);

        Assert.Equal(["Decoding steps are not captured as CUDA graphs: out of luck."], _reports);
        Assert.Equal(0, _device.Graphs);

        static void ThrowAt(string wanted, string name)
        {
            if (name == wanted)
            {
                throw new StepGraphException("out of luck");
            }
        }
    }

    [Fact]
    public void Execute_OperationThatCannotBeCaptured_GoesOnWithoutGraphs()
    {
        using var runner = Load();
        _device.Before = name => _ = name == "capture" ? throw new InvalidOperationException("stream is capturing") : 0;

        Decode(runner, steps: 4);

        Assert.Equal(["Decoding steps are not captured as CUDA graphs: an operation cannot be captured (InvalidOperationException)."], _reports);
    }

    [Fact]
    public void Execute_ReplayComputesSomethingElse_IsFoundOut()
    {
        _device.LosesLaunches = true;
        using var eager = RunnerDriver.LoadTensors(_model, options => options);
        using var runner = Load();

        Assert.Equal(Decode(eager, steps: 8).Tokens, Decode(runner, steps: 8).Tokens);

        Assert.Contains("a replay for 1 sequences computed other values", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Equal(1, _device.Captures);
    }

    [Fact]
    public void Execute_TooMuchToCopy_AttendsToOneAfterTheOtherAndCapturesNothing()
    {
        using var batched = RunnerDriver.LoadTensors(_model, options => options);
        using var single = RunnerDriver.LoadTensors(_model, options => options with { StepDevice = _device, MostCopiedBytes = 1 });

        var expected = Decode(batched, steps: 8);
        var actual = Decode(single, steps: 8);

        Assert.Equal(expected.Tokens, actual.Tokens);
        Assert.All(expected.Last.Zip(actual.Last), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.Equal(0, _device.Captures);
    }

    [Fact]
    public void Execute_StepThatReadsNothingBack_WaitsForTheDevice()
    {
        using var runner = Load();
        var before = _device.Synchronizations;

        runner.Execute(new StepBatch { Steps = [new(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9)), 0, 4)] });

        Assert.Equal(before + 1, _device.Synchronizations);
    }

    private TorchModelRunner Load() => RunnerDriver.LoadTensors(_model, options => options with { StepDevice = _device, Report = _reports.Add });

    /// <summary>Three sequences, of which one gets other company on the way: a prompt in the same step.</summary>
    private static (List<int> Tokens, float[] Last) Decode(TorchModelRunner runner, int steps)
    {
        var sequences = Enumerable.Range(0, 3).Select(slot => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(5 + slot, seed: slot))).ToList();
        var tokens = new List<int>();
        var last = Array.Empty<float>();
        for (var step = 0; step < steps; step++)
        {
            var batch = sequences.Select(sequence => new SequenceStep(sequence, sequence.ComputedTokens, sequence.PendingTokens)).ToList();
            if (step == 4)
            {
                batch.Insert(1, new(RunnerDriver.NewSequence(7, RunnerDriver.Prompt(6)), 0, 6));
            }

            foreach (var sampled in runner.Execute(new StepBatch { Steps = batch }).Where(sampled => sampled.Sequence.Slot < 3))
            {
                sampled.Sequence.ComputedTokens = sampled.Sequence.Length;
                sampled.Sequence.Append(sampled.TokenId);
                tokens.Add(sampled.TokenId);
                last = RunnerDriver.Distribution(sampled);
            }
        }

        return (tokens, last);
    }
}
