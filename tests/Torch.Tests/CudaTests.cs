using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using Rill.Torch.Tests.Gpu.Layers;
using Rill.Torch.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests;

/// <summary>
/// The decoder on a GPU against the CPU's kernels; and the same decoder on the CPU's tensors, with stand-ins for the graphs and the flash
/// kernel. On a GPU, skipped without one; with one: <c>dotnet test tests/Torch.Tests -c Release -p:TorchBackend=cuda --filter CudaTests</c>.
/// </summary>
public sealed class CudaTests : IDisposable
{
    private const string Cpu = "cpu";
    private const string Cuda = "cuda";

    private readonly TinyModel _model = new("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":1}""");
    private readonly ReplayingDevice _standIn = new();
    private readonly List<string> _reports = [];

    public CudaTests() => NativeTorch.Load();

    public void Dispose()
    {
        _standIn.Dispose();
        _model.Dispose();
    }

    [SkippableTheory]
    [InlineData(Cpu, TorchDataType.Float32, false, 2e-3)]
    [InlineData(Cpu, TorchDataType.Float32, true, 2e-3)]
    [InlineData(Cpu, TorchDataType.BFloat16, false, 0.5)]
    [InlineData(Cpu, TorchDataType.BFloat16, true, 0.5)]
    [InlineData(Cuda, TorchDataType.Float32, false, 2e-3)]
    [InlineData(Cuda, TorchDataType.Float32, true, 2e-3)]
    [InlineData(Cuda, TorchDataType.BFloat16, false, 0.5)]
    [InlineData(Cuda, TorchDataType.BFloat16, true, 0.5)]
    public void Execute_PromptsChunksAndDecoding_AgreesWithTheCpu(string device, TorchDataType type, bool graphs, double tolerance)
    {
        using var cpu = RunnerDriver.Load(_model);
        using var gpu = Load(device, type, graphs);

        var expected = Distributions(cpu);
        var actual = Distributions(gpu);

        Assert.Equal(expected.Count, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.All(pair.First.Zip(pair.Second), values => Assert.InRange(Math.Abs(values.First - values.Second), 0, tolerance)));
        AssertCaptured(device, graphs);
    }

    [SkippableTheory]
    [InlineData(Cpu)]
    [InlineData(Cuda)]
    public void Execute_WithGraphs_GivesTheTokensOfStepsWithout(string device)
    {
        using var eager = Load(device, TorchDataType.Float32, graphs: false);
        using var captured = Load(device, TorchDataType.Float32, graphs: true);

        Assert.Equal(Tokens(eager, new SamplingParameters { Temperature = 0 }), Tokens(captured, new SamplingParameters { Temperature = 0 }));
        AssertCaptured(device, graphs: true);
    }

    [SkippableTheory]
    [InlineData(Cpu)]
    [InlineData(Cuda)]
    public void Execute_Sampling_GivesTheCpusTokensForTheSameSeeds(string device)
    {
        var parameters = new SamplingParameters { Temperature = 0.7f, TopP = 0.9f, TopK = 40 };
        using var cpu = RunnerDriver.Load(_model);
        using var gpu = Load(device, TorchDataType.Float32, graphs: true);

        Assert.Equal(Tokens(cpu, parameters), Tokens(gpu, parameters));
    }

    /// <summary>On devices since Ampere the flash kernel must be there and agree with plain attention; a report says why not.</summary>
    [SkippableTheory]
    [InlineData(Cpu, "{}")]
    [InlineData(Cpu, """{"head_dim":64,"num_attention_heads":6,"num_key_value_heads":2}""")]
    [InlineData(Cpu, """{"head_dim":128,"num_attention_heads":4,"num_key_value_heads":4}""")]
    [InlineData(Cuda, "{}")]
    [InlineData(Cuda, """{"head_dim":64,"num_attention_heads":6,"num_key_value_heads":2}""")]
    [InlineData(Cuda, """{"head_dim":128,"num_attention_heads":4,"num_key_value_heads":4}""")]
    public void Load_BFloat16_AttendsByTheFlashKernel(string device, string changes)
    {
        var calls = 0;
        using var model = new TinyModel(changes: changes);
        using var runner = TorchModelRunnerFactory.Load(model.Path, Options(device, TorchDataType.BFloat16, graphs: true) with
        {
            Flash = device == Cpu ? Counted : null,
        });

        Skip.If(_reports.Exists(report => report.Contains("libtorch has none for this device", StringComparison.Ordinal)), "The device is older than Ampere.");
        Assert.Empty(_reports);
        Assert.True(device == Cuda || calls > runner.Spec.LayerCount, $"The kernel was called {calls} times.");

        Tensor Counted(Tensor queries, Tensor keys, Tensor values, FlashLengths lengths, int? window)
        {
            calls++;
            return FlashStandIn.Forward(queries, keys, values, lengths, window);
        }
    }

    [SkippableTheory]
    [InlineData(TorchDataType.Float32)]
    [InlineData(TorchDataType.BFloat16)]
    public void Load_KernelsOfOurs_PassTheirTrial(TorchDataType type)
    {
        using var runner = Load(Cuda, type, graphs: true);

        Assert.DoesNotContain(_reports, report => report.Contains("plain tensor operations", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData(TorchDataType.Q8, false)]
    [InlineData(TorchDataType.Q8, true)]
    [InlineData(TorchDataType.Q4, false)]
    [InlineData(TorchDataType.Q4, true)]
    public void Execute_PackedWeights_AgreesWithTheCpu(TorchDataType type, bool graphs)
    {
        using var model = new TinyModel(
            changes: """{"hidden_size":64,"head_dim":16,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":96}""");
        var options = Options(Cuda, type, graphs);
        using var cpu = RunnerDriver.Load(model, type);
        using var gpu = TorchModelRunnerFactory.Load(model.Path, options);

        Assert.All(Distributions(cpu).Zip(Distributions(gpu)), pair => Assert.InRange(RunnerDriver.Divergence(pair.First, pair.Second), -1e-3, 0.05));
    }

    [SkippableTheory]
    [InlineData(Cpu)]
    [InlineData(Cuda)]
    public void Load_FreeMemory_DecidesTheCache(string device)
    {
        _standIn.Free = 64 << 20;
        using var runner = TorchModelRunnerFactory.Load(_model.Path, Options(device, TorchDataType.BFloat16, graphs: true) with { KeyValueMemoryMiB = null });

        Assert.InRange(runner.Limits.BlockCount, 1, int.MaxValue);
    }

    /// <summary>Reserved addresses, pages mapped and unmapped behind them, and libtorch's operations over both.</summary>
    [SkippableFact]
    public void Probe_OfTheDevicesMemory_FindsNoFault()
    {
        Skip.IfNot(cuda.is_available(), "no CUDA device");
        using var memory = new CudaMemory(new CudaPageDriver(0));

        Assert.Null(DeviceMemoryProbe.Fault(memory, torch.device("cuda:0")));
        Assert.InRange(memory.PageBytes, 1 << 16, 1 << 25);
        Assert.InRange(memory.TakenBytes, memory.PageBytes, 4 * memory.PageBytes);
    }

    /// <summary>What the scheduler allows never fails, with pages that move from sequence to sequence.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Execute_LittleMemory_ServesAllAndGivesTheCpusTokens(bool graphs)
    {
        var options = Options(Cuda, TorchDataType.Float32, graphs) with { SlotCount = 24, KeyValueMemoryMiB = 52 };
        using var cpu = RunnerDriver.Load(_model, slots: 24);
        using var gpu = TorchModelRunnerFactory.Load(_model.Path, options);

        var expected = new ServedModel(cpu).Run(Sequences());
        var actual = new ServedModel(gpu, blockCount: int.MaxValue, tokenBudget: 100).Run(Sequences());

        Assert.Equal(expected.Select(Ids), actual.Select(Ids));
        Assert.DoesNotContain(_reports, report => report.Contains("at the start", StringComparison.Ordinal));

        static IEnumerable<int> Ids(List<SampledToken> tokens) => tokens.Select(token => token.TokenId);
    }

    private static Sequence[] Sequences() =>
    [
        .. Enumerable.Range(0, 40).Select(number => new Sequence(
            number, RunnerDriver.Prompt(40 + (number * 29 % 150), seed: number % 5),
            new SamplingParameters { Temperature = 0, MaxTokens = 60 - number })),
    ];

    private TorchModelRunner Load(string device, TorchDataType type, bool graphs) => TorchModelRunnerFactory.Load(_model.Path, Options(device, type, graphs));

    private TorchRunnerOptions Options(string device, TorchDataType type, bool graphs)
    {
        Skip.If(device == Cuda && !torch.cuda.is_available(), "no CUDA device");
        return new()
        {
            Device = device,
            UseGpuDecoder = true,
            StepDevice = device == Cpu ? _standIn : null,
            DataType = type,
            SlotCount = 8,
            BlockSize = 4,
            KeyValueMemoryMiB = 64,
            CudaGraphs = graphs,
            Report = _reports.Add,
        };
    }

    private void AssertCaptured(string device, bool graphs)
    {
        Assert.DoesNotContain(_reports, report => report.Contains("CUDA graphs", StringComparison.Ordinal));
        Assert.Equal(device == Cpu && graphs, _standIn.Captures > 0);
    }

    private static List<int> Tokens(TorchModelRunner runner, SamplingParameters parameters)
    {
        var sequences = Enumerable.Range(0, 5).Select(slot => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(4 + slot, seed: slot), parameters with { Seed = slot })).ToList();
        return [.. Enumerable.Range(0, 12).SelectMany(_ => Step(runner, sequences)).Select(sampled => sampled.TokenId)];
    }

    /// <summary>Of a prompt in two chunks beside whole ones, and of what follows, with given tokens, so that all runners see the same text.</summary>
    private static List<float[]> Distributions(TorchModelRunner runner)
    {
        var sequences = Enumerable.Range(0, 3).Select(slot => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(9 + (8 * slot), seed: slot))).ToList();
        runner.Execute(new StepBatch { Steps = [new(sequences[2], 0, 11)] });
        sequences[2].ComputedTokens = 11;
        var distributions = new List<float[]>();
        for (var step = 0; step < 6; step++)
        {
            distributions.AddRange(Step(runner, sequences, token: 7 + step).Select(RunnerDriver.Distribution));
        }

        return distributions;
    }

    private static IReadOnlyList<StepResult> Step(TorchModelRunner runner, List<Sequence> sequences, int? token = null)
    {
        var sampled = runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, sequence.ComputedTokens, sequence.PendingTokens))] });
        foreach (var one in sampled)
        {
            one.Sequence.ComputedTokens = one.Sequence.Length;
            one.Sequence.Append(token ?? one.TokenId);
        }

        return sampled;
    }
}
