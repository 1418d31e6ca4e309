using Rill.Models;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Tests.Gpu.Kernels;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>
/// The tensor decoder with our kernels, on ILGPU's CPU accelerator, against it without them, and in q8 and q4 against the CPU's decoder.
/// </summary>
public sealed class KernelDecoderTests : IDisposable
{
    private const string WholeBlocks = """{"hidden_size":64,"head_dim":16,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":96}""";

    private const double MostDivergence = 0.05;    // nats

    private readonly CpuKernelDevice _device = new(warps: 1);

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData("LlamaForCausalLM", "{}")]
    [InlineData("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":1}""")]
    [InlineData("Qwen3ForCausalLM", "{}")]            // norms over heads
    [InlineData("StableLmForCausalLM", """{"use_parallel_residual":true,"partial_rotary_factor":0.5}""")]    // layer norms, a part of a head
    public void Execute_WithKernels_GivesTheDistributionsOfTensorOperations(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var plain = RunnerDriver.LoadTensors(model, options => options);
        using var fused = RunnerDriver.LoadTensors(model, options => options with { Kernels = _device });

        AssertClose(Distributions(plain), Distributions(fused), 2e-4f);
        Assert.True(_device.Launches.GetValueOrDefault(nameof(RotaryKernel.RotateAndWrite)) > 1);
        Assert.Equal(model.Spec is { Norm: NormKind.Rms, PreNorms: true }, _device.Launches[nameof(NormKernel.AddNorm)] > 1);
    }

    [Fact]
    public void Execute_Greedy_FindsTheHighestLogitByTheKernel()
    {
        using var model = new TinyModel();
        using var plain = RunnerDriver.LoadTensors(model, options => options);
        using var fused = RunnerDriver.LoadTensors(model, options => options with { Kernels = _device });
        var before = _device.Launches[nameof(HighestKernel.Find)];

        Assert.Equal(Greedy(plain), Greedy(fused));
        Assert.Equal(before + 3, _device.Launches[nameof(HighestKernel.Find)]);

        static List<int> Greedy(TorchModelRunner runner)
        {
            var sequence = RunnerDriver.NewSequence(0, RunnerDriver.Prompt(5), new() { Temperature = 0 });
            var tokens = new List<int>();
            for (var step = 0; step < 3; step++)
            {
                var sampled = RunnerDriver.Run(runner, sequence, sequence.Length - sequence.ComputedTokens);
                tokens.Add(sampled.TokenId);
                sequence.Append(sampled.TokenId);
            }

            return tokens;
        }
    }

    [Theory]
    [InlineData(TorchDataType.Q8, WholeBlocks)]
    [InlineData(TorchDataType.Q4, WholeBlocks)]
    [InlineData(TorchDataType.Q8, """{"tie_word_embeddings":true}""")]    // blocks that the model's width does not fill
    [InlineData(TorchDataType.Q4, """{"head_dim":6}""")]                  // panels that heads do not fill
    public void Execute_PackedWeights_AgreesWithTheCpusDecoder(TorchDataType type, string changes)
    {
        using var model = new TinyModel("Qwen2ForCausalLM", changes);
        using var cpu = RunnerDriver.Load(model, type);
        using var packed = RunnerDriver.LoadTensors(model, options => options with { DataType = type, Kernels = _device });

        // The CPU rounds inputs to eight bits, the tensors to bf16.
        Assert.All(Distributions(cpu).Zip(Distributions(packed)), pair => Assert.InRange(RunnerDriver.Divergence(pair.First, pair.Second), -1e-3, MostDivergence));
        Assert.True(_device.Launches[nameof(PanelKernel.Gather)] > 2);
    }

    [Fact]
    public void Load_PackedWeightsThatKernelsGetWrong_SaysWhatToDo()
    {
        using var model = new TinyModel();

        var refusal = Assert.Throws<ModelFormatException>(() =>
            RunnerDriver.LoadTensors(model, options => options with { DataType = TorchDataType.Q4, Kernels = new IdleKernelDevice() }));

        Assert.Equal(
            "Weights in q8 or q4 need kernels of ours on the GPU, which cannot be used: " +
            "the kernel for a product of 1 rows in q8 computes other values; choose bf16 or f16 (Rill__Dtype).",
            refusal.Message);
    }

    [Fact]
    public void Load_PackedExperts_SaysWhatToDo()
    {
        using var model = new TinyModel(
            "Dots1ForCausalLM",
            """{"attention_bias":true,"n_routed_experts":6,"num_experts_per_tok":2,"moe_intermediate_size":16,"n_shared_experts":1}""");

        var refusal = Assert.Throws<ModelFormatException>(() =>
            RunnerDriver.LoadTensors(model, options => options with { DataType = TorchDataType.Q8, Kernels = _device }));

        Assert.Contains("experts in q8 or q4 are not computed on a GPU; choose bf16 (Rill__Dtype)", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Of a prompt, and of what follows for one sequence and for two, with given tokens, so that all runners see the same text.</summary>
    private static List<float[]> Distributions(TorchModelRunner runner)
    {
        var first = RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9));    // more rows than the kernels for panels take
        var distributions = new List<float[]> { RunnerDriver.Distribution(RunnerDriver.Run(runner, first, 9)) };
        first.Append(7);
        distributions.Add(RunnerDriver.Distribution(RunnerDriver.Run(runner, first, 1)));
        first.Append(9);
        var second = RunnerDriver.NewSequence(1, RunnerDriver.Prompt(2, seed: 4));
        RunnerDriver.Run(runner, second, 1, 1);
        second.Append(3);
        var both = runner.Execute(new() { Steps = [new(first, 10, 1), new(second, 2, 1)] });
        distributions.AddRange(both.Select(RunnerDriver.Distribution));
        return distributions;
    }

    private static void AssertClose(List<float[]> expected, List<float[]> actual, float tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(
            expected.Zip(actual), pair => Assert.All(pair.First.Zip(pair.Second), values => Assert.Equal(values.First, values.Second, tolerance)));
    }
}
