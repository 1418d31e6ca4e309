using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Tests.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>Steps that have both prompts and single tokens.</summary>
public sealed class MixedPassTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly ReplayingDevice _device = new();
    private readonly List<FlashLengths> _calls = [];

    public void Dispose() => _model.Dispose();

    /// <summary>A pass sends its rows once: one copy says that prompts and single tokens went through the weights together.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Execute_PromptBesideSingleTokens_IsOnePassWithOneCopyToTheDevice(bool flash)
    {
        using var runner = Load(flash);
        var decoding = Decoding(runner);
        var before = _device.Uploads;

        runner.Execute(new StepBatch { Steps = [.. decoding, new(Greedy(6, 20), 0, 20), new(Greedy(7, 9), 0, 4)] });

        Assert.Equal(1, _device.Uploads - before);
    }

    /// <summary>The kernel hears of single tokens apart, since it lets their heads share keys.</summary>
    [Fact]
    public void Execute_PromptBesideSingleTokens_TellsTheKernelOfEachKindOnce()
    {
        using var runner = Load(flash: true);
        var decoding = Decoding(runner);
        _calls.Clear();

        runner.Execute(new StepBatch { Steps = [.. decoding, new(Greedy(6, 20), 0, 20)] });

        Assert.Equal(Enumerable.Repeat<long[]>([1, 20], _model.Spec.LayerCount).SelectMany(kinds => kinds), _calls.Select(call => call.MostQueries));
    }

    [Fact]
    public void Execute_SingleTokensAlone_AreOneCopyAndNoWaitButForTheirTokens()
    {
        using var runner = Load(flash: true);
        var decoding = Decoding(runner);
        var (uploads, waits) = (_device.Uploads, _device.Synchronizations);

        runner.Execute(new StepBatch { Steps = decoding });

        Assert.Equal(1, _device.Uploads - uploads);
        Assert.Equal(waits, _device.Synchronizations);
    }

    private static Sequence Greedy(int slot, int length) => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(length, seed: slot), new SamplingParameters { Temperature = 0 });

    private TorchModelRunner Load(bool flash) => RunnerDriver.LoadTensors(
        _model, options => options with { StepDevice = _device, Flash = flash ? Counted : null });

    private Tensor? Counted(Tensor queries, Tensor keys, Tensor values, FlashLengths lengths, int? window)
    {
        _calls.Add(lengths);
        return FlashStandIn.Forward(queries, keys, values, lengths, window);
    }

    /// <summary>Two sequences whose prompts were computed.</summary>
    private static List<SequenceStep> Decoding(TorchModelRunner runner)
    {
        List<Sequence> sequences = [Greedy(0, 5), Greedy(1, 11)];
        foreach (var sampled in runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, 0, sequence.Length))] }))
        {
            sampled.Sequence.Append(sampled.TokenId);
        }

        return [.. sequences.Select(sequence => new SequenceStep(sequence, sequence.Length - 1, 1))];
    }
}
