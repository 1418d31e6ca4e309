using Rill.Models;
using Rill.Serving;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Adapters in one batch with their base: right by the reference, and each sequence's bits its own.</summary>
public sealed class AdapterTests
{
    private static readonly string[] s_all = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    public static TheoryData<string, string, string> Cases => new()
    {
        { "LlamaForCausalLM", "{}", "all" },
        { "LlamaForCausalLM", """{"attention_bias":true,"mlp_bias":true}""", "all" },
        { "LlamaForCausalLM", """{"num_attention_heads":2,"num_key_value_heads":1,"head_dim":80,"intermediate_size":50}""", "all" },
        { "Qwen3ForCausalLM", "{}", "k_proj" },
        { "LlamaForCausalLM", "{}", "lm_head" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Execute_Float32_AgreesWithMergedWeights(string architecture, string changes, string modules)
    {
        using var model = new TinyModel(architecture, changes);
        using var adapter = new TinyAdapter(model, seed: 3, modules: Modules(modules));
        using var runner = RunnerDriver.Load(model);
        runner.LoadAdapter(1, adapter.Files);

        AssertClose(runner, model, adapter, 3e-4);
    }

    /// <summary>Prompts through libtorch where it computes them, f32 matrices beside bf16 weights, and quantized weights.</summary>
    [Theory]
    [InlineData(TorchDataType.BFloat16, true, 0.3)]
    [InlineData(TorchDataType.BFloat16, false, 0.3)]
    [InlineData(TorchDataType.Q8, false, 0.6)]
    public void Execute_InOtherPrecisions_IsCloseToMergedWeights(TorchDataType type, bool float32, double most)
    {
        using var model = new TinyModel("LlamaForCausalLM", """{"attention_bias":true}""");
        using var adapter = new TinyAdapter(model, seed: 3, rank: 5, float32, s_all);
        using var runner = RunnerDriver.Load(model, type);
        runner.LoadAdapter(1, adapter.Files);

        AssertClose(runner, model, adapter, most);
    }

    [Theory]
    [InlineData(TorchDataType.Float32)]
    [InlineData(TorchDataType.BFloat16)]
    [InlineData(TorchDataType.Q8)]
    public void Execute_BaseAndAdaptersInABatch_GiveTheBitsOfEachAlone(TorchDataType type)
    {
        using var model = new TinyModel();
        using var plain = RunnerDriver.Load(model, type);
        using var runner = RunnerDriver.Load(model, type);
        using var first = new TinyAdapter(model, seed: 3, rank: 4, modules: s_all);
        using var second = new TinyAdapter(model, seed: 4, rank: 17, modules: ["q_proj", "down_proj"]);
        runner.LoadAdapter(1, first.Files);
        runner.LoadAdapter(7, second.Files);
        int[] adapters = [1, 0, 7, 1, 0, 7, 7, 0];

        for (var round = 0; round < 2; round++)
        {
            var sequences = adapters.Select((adapter, slot) => RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(9 + slot, seed: slot), adapter: adapter)).ToList();
            var alone = sequences.Select(sequence => RunnerDriver.Distribution(
                RunnerDriver.Run(sequence.Adapter == 0 ? plain : runner, RunnerDriver.NewSequence(0, [.. sequence.Tokens], adapter: sequence.Adapter), Chunks(sequence, round)))).ToList();

            runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, 0, Chunks(sequence, round)[0]))] });
            var together = runner.Execute(new StepBatch { Steps = [.. sequences.Select(sequence => new SequenceStep(sequence, Chunks(sequence, round)[0], Chunks(sequence, round)[1]))] });

            Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First, RunnerDriver.Distribution(pair.Second)));
        }

        // The last token alone, and then a prompt in halves.
        static int[] Chunks(Sequence sequence, int round) => round == 0 ? [sequence.Length - 1, 1] : [sequence.Length / 2, sequence.Length - (sequence.Length / 2)];
    }

    [Fact]
    public void Execute_AfterTheAdapterWasUnloaded_FailsThatSequenceAlone()
    {
        using var model = new TinyModel();
        using var adapter = new TinyAdapter(model, seed: 3, modules: ["q_proj"]);
        using var runner = RunnerDriver.Load(model);
        runner.LoadAdapter(1, adapter.Files);
        runner.UnloadAdapter(1);
        var (late, other) = (RunnerDriver.NewSequence(0, [1, 2], adapter: 1), RunnerDriver.NewSequence(1, [1, 2]));

        var fault = Assert.Throws<SequenceFaultException>(() => runner.Execute(new StepBatch { Steps = [new(late, 0, 2), new(other, 0, 2)] }));

        Assert.Same(late, fault.Sequence);
        Assert.Single(runner.Execute(new StepBatch { Steps = [new(other, 0, 2)] }));
    }

    [Fact]
    public void LoadAdapter_OnTensors_IsRefused()
    {
        using var model = new TinyModel();
        using var adapter = new TinyAdapter(model, seed: 3, modules: ["q_proj"]);
        using var runner = RunnerDriver.Load(model, tensors: true);

        Assert.Contains("Rill__Device=cpu", Assert.Throws<ModelFormatException>(() => runner.LoadAdapter(1, adapter.Files)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadAdapter_OfAMatrixThatIsNoLinearLayer_IsRefusedByItsName()
    {
        using var model = new TinyModel();
        using var adapter = new TinyAdapter(model, seed: 3, modules: ["embed_tokens"]);
        using var runner = RunnerDriver.Load(model);

        Assert.Contains("embed_tokens", Assert.Throws<ModelFormatException>(() => runner.LoadAdapter(1, adapter.Files)).Message, StringComparison.Ordinal);
    }

    private static string[] Modules(string name) => name == "all" ? s_all : [name];

    /// <summary>Logits after a prompt and after single tokens are the reference's with merged weights, which are far from those of the base.</summary>
    private static void AssertClose(TorchModelRunner runner, TinyModel model, TinyAdapter adapter, double most)
    {
        var text = RunnerDriver.Prompt(24);
        var plain = runner.Logits(text, asPrompt: true);
        var computed = new[] { true, false }.Select(asPrompt => runner.Logits(text, asPrompt, adapter: 1)).ToList();
        adapter.MergeInto(model);
        var expected = new ReferenceDecoder(model).Logits(text);

        Assert.InRange(Difference(plain), Math.Max(0.2, 1.5 * most), double.MaxValue);
        Assert.All(computed, logits => Assert.InRange(Difference(logits), 0, most));

        double Difference(float[] logits) => logits[^expected.Length..].Zip(expected, (actual, wanted) => Math.Abs(actual - wanted)).Max();
    }
}
