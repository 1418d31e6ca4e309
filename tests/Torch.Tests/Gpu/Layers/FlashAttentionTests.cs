using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>The decoder with a stand-in for the flash kernel: what it is told about sequences in the cache, and what happens without it.</summary>
public sealed class FlashAttentionTests : IDisposable
{
    private readonly TinyModel _model = new("MistralForCausalLM", """{"sliding_window":7}""");
    private readonly List<string> _reports = [];

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"sliding_window":7}""")]
    public void Execute_PromptsChunksAndSingleTokens_AgreesWithPlainAttention(string changes)
    {
        using var model = new TinyModel(changes == "{}" ? "LlamaForCausalLM" : "MistralForCausalLM", changes);
        using var plain = RunnerDriver.LoadTensors(model, options => options);
        using var flash = Load(model, FlashStandIn.Forward);

        var expected = Serve(plain);
        var actual = Serve(flash);

        Assert.Empty(_reports);
        Assert.All(expected.Zip(actual), pair => Assert.All(pair.First.Zip(pair.Second), values => Assert.Equal(values.First, values.Second, 2e-4f)));
    }

    [Fact]
    public void Execute_CapturedWithTheKernel_AgreesWithPlainAttention()
    {
        using var plain = RunnerDriver.LoadTensors(_model, options => options);
        using var device = new ReplayingDevice();
        using var captured = RunnerDriver.LoadTensors(_model, options => options with { Flash = FlashStandIn.Forward, StepDevice = device, Report = _reports.Add });

        Assert.All(Serve(plain).Zip(Serve(captured)), pair => Assert.All(pair.First.Zip(pair.Second), values => Assert.Equal(values.First, values.Second, 2e-4f)));
        Assert.Empty(_reports);
        Assert.True(device.Launches > 0);
    }

    /// <summary>libtorch's kernel is slower with a window: one that no sequence of the pass reaches is not told.</summary>
    [Theory]
    [InlineData(11, new[] { 11 })]
    [InlineData(400, new int[0])]
    public void Execute_Window_IsToldWhereItHidesSomething(int width, int[] expected)
    {
        using var model = new TinyModel("MistralForCausalLM", $$"""{"num_hidden_layers":1,"sliding_window":{{width}}}""");
        var told = new List<int>();
        using var runner = Load(model, (queries, keys, values, lengths, window) =>
        {
            told.AddRange(window is { } size ? [size] : []);
            return FlashStandIn.Forward(queries, keys, values, lengths, window);
        });
        told.Clear();

        var sequence = RunnerDriver.NewSequence(0, RunnerDriver.Prompt(12));
        RunnerDriver.Run(runner, sequence, 11, 1);

        Assert.Equal(expected, told);    // eleven keys are all within it; the twelfth, alone in a pass of a longer span, is told
    }

    [Fact]
    public void Fingerprint_DeviceAndKindOfAttention_ChangeIt()
    {
        using var here = new ReplayingDevice { Name = "this GPU" };
        using var there = new ReplayingDevice { Name = "that GPU" };

        string[] fingerprints =
        [
            FingerprintOf(options => options with { StepDevice = here }),
            FingerprintOf(options => options with { StepDevice = there }),
            FingerprintOf(options => options with { StepDevice = there, Flash = FlashStandIn.Forward }),
        ];

        Assert.Equal(3, fingerprints.Distinct().Count());
        Assert.Equal(fingerprints[0], FingerprintOf(options => options with { StepDevice = here, CudaGraphs = false }));    // a replay computes the same

        string FingerprintOf(Func<TorchRunnerOptions, TorchRunnerOptions> with)
        {
            using var runner = RunnerDriver.LoadTensors(_model, with);
            return runner.Fingerprint;
        }
    }

    [Fact]
    public void Load_KernelThatIsMissing_AttendsWithoutItAndSaysWhy()
    {
        using var runner = Load(_model, static (_, _, _, _, _) => null);

        Serve(runner);

        Assert.Equal(["Attention runs without the flash kernel: libtorch has none for this device, Float32 and heads of 8."], _reports);
    }

    [Fact]
    public void Load_KernelThatComputesSomethingElse_AttendsWithoutItAndSaysWhy()
    {
        using var runner = Load(_model, static (queries, keys, values, lengths, _) => FlashStandIn.Forward(queries, keys, values, lengths, window: null));

        Serve(runner);

        Assert.Contains("its results differ from plain attention's by", Assert.Single(_reports), StringComparison.Ordinal);
    }

    /// <summary>libtorch for CPUs knows the operator, but has no kernel for it: the real call, up to there.</summary>
    [SkippableFact]
    public void TryForward_OnTheCpu_GivesNull()
    {
        NativeTorch.Load();
        Skip.If(torch.cuda.is_available(), "This machine has a GPU.");
        using var tensors = torch.ones([3, 2, 8], torch.ScalarType.BFloat16);
        using var starts = torch.tensor(new[] { 0, 3 });
        using var counts = torch.tensor(new[] { 3 });
        var lengths = new FlashLengths { QueryStarts = starts, KeyStarts = starts, KeyCounts = counts, MostQueries = 3, MostKeys = 3 };

        Assert.Null(FlashKernel.TryForward(tensors, tensors, tensors, lengths, window: null));
    }

    private TorchModelRunner Load(TinyModel model, FlashAttention.Kernel kernel) =>
        RunnerDriver.LoadTensors(model, options => options with { Flash = kernel, Report = _reports.Add });

    /// <summary>The distributions of three steps: a prompt and a chunk, the chunk's rest beside a single token, single tokens.</summary>
    private static List<float[]> Serve(TorchModelRunner runner)
    {
        var first = RunnerDriver.NewSequence(5, RunnerDriver.Prompt(12));
        var second = RunnerDriver.NewSequence(1, RunnerDriver.Prompt(23, seed: 2));
        var sampled = new List<StepResult>();
        Execute([new(first, 0, 12), new(second, 0, 9)]);
        Execute([new(first, 12, 1), new(second, 9, 14)]);
        Execute([new(second, 23, 1), new(first, 13, 1)]);
        return [.. sampled.Select(RunnerDriver.Distribution)];

        void Execute(List<SequenceStep> steps)
        {
            foreach (var token in runner.Execute(new StepBatch { Steps = steps }))
            {
                sampled.Add(token);
                token.Sequence.Append(token.TokenId);
            }
        }
    }
}
