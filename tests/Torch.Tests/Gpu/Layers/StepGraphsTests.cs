using System.Runtime.InteropServices;
using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using static TorchSharp.torch;

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
        Assert.Equal(launches + 8, _device.Launches);    // the step with a prompt in it is computed as it comes
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

        runner.Execute(new StepBatch { Steps = [new(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9)), 0, 4)] });

        Assert.True(_device.IsWaitedFor);
    }

    /// <summary>Eight slots and a context within the shortest span: 1, 2, 4 and 8 rows.</summary>
    [Fact]
    public void Load_WithTime_CapturesTheCommonShapesAndSaysHowLongItTook()
    {
        var told = new List<string>();
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { StepDevice = _device, Inform = told.Add });
        Assert.Equal(4, _device.Captures);
        Assert.StartsWith("Decoding steps of 4 shapes were captured in ", Assert.Single(told), StringComparison.Ordinal);

        Decode(runner, steps: 10);

        Assert.Equal(4, _device.Captures);    // no request waited for it
        Assert.Single(told);
    }

    [Fact]
    public void Load_AllShapesCapturedByTheWarmUp_HasNothingToTell()
    {
        var told = new List<string>();
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { StepDevice = _device, Inform = told.Add, SlotCount = 1 });

        Assert.Equal(1, _device.Captures);
        Assert.Empty(told);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(5, 100L << 20)]
    public void Load_WithoutTimeOrMemory_LeavesShapesToTheirFirstUse(int seconds, long? free)
    {
        using var device = new ReplayingDevice { Free = free };
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { StepDevice = device, CaptureTime = TimeSpan.FromSeconds(seconds) });

        Assert.Equal(1, device.Captures);    // the warm-up's
    }

    [Fact]
    public void Load_LibtorchRunsOutOfMemory_GoesOnAndSaysSo()
    {
        using var eager = RunnerDriver.LoadTensors(_model, options => options);
        using var runner = RunnerDriver.LoadTensors(_model, options => options with { StepDevice = _device, Report = _reports.Add, Flash = Small });

        Assert.Equal(["The GPU's memory did not suffice to capture decoding steps at load; they are captured when they come."], _reports);
        Assert.Equal(0, _device.Graphs);
        Assert.Equal(Decode(eager, steps: 8).Tokens, Decode(runner, steps: 8).Tokens);
        Assert.Equal(1, _device.Graphs);

        static Tensor? Small(Tensor queries, Tensor keys, Tensor values, FlashLengths lengths, int? window) =>
            lengths.MostQueries == 1 && queries.shape[0] > 4
                ? throw new OutOfDeviceMemoryException()
                : FlashStandIn.Forward(queries, keys, values, lengths, window);
    }

    [Fact]
    public void Drop_CapturedShapes_AreCapturedAnew()
    {
        NativeTorch.Load();
        using var graphs = new StepGraphs(_device, _reports.Add);
        using var scope = NewDisposeScope();
        Run(graphs, new(2, 512));
        var synchronizations = _device.Synchronizations;

        graphs.Drop();

        Assert.Equal(0, _device.Graphs);
        Assert.Equal(0, graphs.Count);
        Assert.Equal(synchronizations + 1, _device.Synchronizations);    // one of them might have been running
        Run(graphs, new(2, 512));
        Assert.Equal(2, _device.Captures);
        Assert.True(graphs.IsOn);
    }

    [Theory]
    [InlineData(4, 512, true, 4, 512)]
    [InlineData(3, 512, true, 4, 512)]
    [InlineData(2, 512, true, 4, 512)]
    [InlineData(1, 512, true, 1, 512)]       // four times the rows are too many: it is captured itself
    [InlineData(4, 2048, true, 4, 2048)]     // so it is where spans cost time and none is as long
    [InlineData(16, 512, true, 16, 512)]
    [InlineData(16, 512, false, 16, 8192)]
    [InlineData(16, 9000, false, 16, 9000)]
    public void Fit_SomeShapesCaptured_TakesTheNextThatCostsLittle(int rows, int span, bool copiesSpans, int expectedRows, int expectedSpan)
    {
        NativeTorch.Load();
        using var graphs = new StepGraphs(_device, _reports.Add);
        using var scope = NewDisposeScope();
        Run(graphs, new(4, 512));
        Run(graphs, new(16, 8192));

        Assert.Equal(new StepShape(expectedRows, expectedSpan), graphs.Fit(new(rows, span), copiesSpans));
    }

    /// <summary>As TorchSharp throws it.</summary>
    private sealed class OutOfDeviceMemoryException() : ExternalException("CUDA out of memory.");

    private static void Run(StepGraphs graphs, StepShape shape) => graphs.Run(shape, _ => ones(shape.Rows, 3));

    private TorchModelRunner Load() => RunnerDriver.LoadTensors(
        _model, options => options with { StepDevice = _device, Report = _reports.Add, CaptureTime = TimeSpan.Zero });

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
