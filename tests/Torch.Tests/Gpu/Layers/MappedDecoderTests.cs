using System.Runtime.Versioning;
using Rill.Serving;
using Rill.Torch.Native;
using Rill.Torch.Tests.Cache;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>
/// The tensor decoder over memory that comes as sequences grow, on a device that ends the process where an operation reads elsewhere. A token
/// of the tiny model has 384 bytes, so ten and two thirds fill a page.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class MappedDecoderTests : IDisposable
{
    private const int Page = 4096;

    private readonly TinyModel _model = new("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":1}""");
    private readonly List<string> _reports = [];
    private readonly LimitedMemory _memory;

    public MappedDecoderTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Memory is mapped on demand on Linux only.");
        _memory = new();
    }

    public void Dispose() => _model.Dispose();

    [SkippableFact]
    public void Execute_SequencesGrow_TakeMemoryAsTheyDo()
    {
        using var runner = Load();
        var before = _memory.Mapped / Page;
        var sequence = RunnerDriver.NewSequence(3, RunnerDriver.Prompt(90));

        RunnerDriver.Run(runner, sequence, 64, 25, 1);
        var grown = (_memory.Mapped / Page) - before;
        runner.Execute(new StepBatch { Steps = [], Released = [3] });
        RunnerDriver.Run(runner, RunnerDriver.NewSequence(3, RunnerDriver.Prompt(50)), 49, 1);

        Assert.Equal(9, grown);    // 90 x 384 bytes; a slot of 256 positions would be 24
        Assert.Equal(before + 9, _memory.Mapped / Page);
        Assert.Empty(_reports);
    }

    /// <summary>Preempted, cached and restored sequences, within memory that is just what the scheduler counts.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Execute_MemoryOfTheBudget_SufficesForWhateverTheSchedulerDoes(bool flash)
    {
        using var device = new ReplayingDevice();
        using var kernels = RunnerDriver.Load(_model, slots: 24);
        using var tensors = Load(options => options with
        {
            SlotCount = 24, KeyValueMemoryMiB = 1, StepDevice = device, Flash = flash ? FlashStandIn.Forward : null,
        });
        _memory.Limit = 1 << 20;
        Assert.InRange(tensors.Limits.BlockCount, 1, ((1 << 20) / 1536) - 1);

        var expected = new ServedModel(kernels).Run(Sequences());
        var served = new ServedModel(tensors, blockCount: int.MaxValue, tokenBudget: 100);
        var actual = served.Run(Sequences());
        var again = served.Run(Sequences());

        Assert.Equal(expected.Select(Ids), actual.Select(Ids));
        Assert.Equal(expected.Select(Ids), again.Select(Ids));
        Assert.InRange(served.Preemptions, 1, int.MaxValue);
        Assert.InRange(_memory.MostMapped, (1 << 20) - (16 * Page), 1 << 20);
        Assert.InRange(device.Launches, 10, int.MaxValue);
        Assert.Empty(_reports);

        static IEnumerable<int> Ids(List<SampledToken> tokens) => tokens.Select(token => token.TokenId);
    }

    [SkippableFact]
    public void Execute_DeviceHasNoMoreMemory_FailsThatStepForgetsItsGraphsAndServesOn()
    {
        using var device = new ReplayingDevice();
        using var runner = Load(options => options with { StepDevice = device });
        var expected = Decode(runner, slot: 1);
        Assert.InRange(device.Graphs, 1, int.MaxValue);
        _memory.Limit = _memory.Mapped;

        var tooLong = RunnerDriver.NewSequence(2, RunnerDriver.Prompt(250));
        Assert.Throws<InsufficientMemoryException>(() => runner.Execute(new StepBatch { Steps = [new(tooLong, 0, 250)] }));

        Assert.Equal(0, device.Graphs);
        Assert.Equal(expected, Decode(runner, slot: 1));    // with the memory that there is
        Assert.InRange(device.Graphs, 1, int.MaxValue);
        Assert.Empty(_reports);
    }

    [SkippableFact]
    public void Execute_FreeMemoryChangedBehindAPrompt_CapturesAnew()
    {
        using var device = new ReplayingDevice { Free = 1 << 20 };
        using var runner = Load(options => options with { StepDevice = device });
        Decode(runner, slot: 1);
        var captures = device.Captures;
        Decode(runner, slot: 1);
        Assert.Equal(captures, device.Captures);

        runner.Execute(new StepBatch { Steps = [new(RunnerDriver.NewSequence(2, RunnerDriver.Prompt(12)), 0, 5)] });
        device.Free += 4096;    // as when libtorch gave back what it kept, to get something larger
        Decode(runner, slot: 1);

        Assert.Equal(captures + 1, device.Captures);
        Assert.Equal(1, device.Graphs);
    }

    [SkippableFact]
    public void Load_NoVirtualMemory_TakesMemoryAtTheStartAndSaysSo()
    {
        using var mapped = Load();
        using var plain = Load(options => options with { DeviceMemory = () => throw new DllNotFoundException("libcuda.so.1") });

        Assert.Equal(Decode(mapped, slot: 1), Decode(plain, slot: 1));
        Assert.Equal(["Memory for keys and values is taken at the start, not on demand: the driver's library offers no virtual memory."], _reports);
    }

    [SkippableFact]
    public void Load_DeviceThatMapsNothing_TakesMemoryAtTheStartAndSaysWhy()
    {
        _memory.Limit = Page;    // a page, but not its neighbour

        using var runner = Load();

        Assert.Equal(["Memory for keys and values is taken at the start, not on demand: out of memory."], _reports);
        Assert.Equal((0, 0), (_memory.Mapped, _memory.Reservations));
    }

    [SkippableFact]
    public void Dispose_GivesAllBack()
    {
        Load().Dispose();

        Assert.Equal((0, 0), (_memory.Mapped, _memory.Reservations));
    }

    private TorchModelRunner Load(Func<TorchRunnerOptions, TorchRunnerOptions>? with = null) => RunnerDriver.LoadTensors(_model, options =>
    {
        var mine = options with { DeviceMemory = () => _memory, Report = _reports.Add };
        return with is null ? mine : with(mine);
    });

    /// <summary>Prompts of all lengths, some with the same beginnings, that do not all fit at once.</summary>
    private static Sequence[] Sequences() =>
    [
        .. Enumerable.Range(0, 40).Select(number => new Sequence(
            number,
            [.. RunnerDriver.Prompt(40, seed: number % 3), .. RunnerDriver.Prompt(3 + (number * 29 % 150), seed: number)],
            new SamplingParameters { Temperature = 0, MaxTokens = 60 - number })),
    ];

    /// <summary>The tokens of a prompt's continuation in a slot that is given back.</summary>
    private static List<int> Decode(TorchModelRunner runner, int slot)
    {
        var sequence = RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(12));
        var tokens = new List<int>();
        for (var step = 0; step < 6; step++)
        {
            var sampled = runner.Execute(new StepBatch { Steps = [new(sequence, sequence.ComputedTokens, sequence.PendingTokens)] })[0];
            sequence.ComputedTokens = sequence.Length;
            tokens.Add(sampled.TokenId);
            sequence.Append(sampled.TokenId);
        }

        runner.Execute(new StepBatch { Steps = [], Released = [slot] });
        return tokens;
    }
}
