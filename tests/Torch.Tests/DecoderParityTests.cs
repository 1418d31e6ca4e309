using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Tests.Cpu.Kernels;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

public sealed class DecoderParityTests
{
    public static TheoryData<string, string> Architectures => new()
    {
        { "LlamaForCausalLM", "{}" },
        { "LlamaForCausalLM", """{"tie_word_embeddings":true}""" },
        { "LlamaForCausalLM", """{"attention_bias":true,"mlp_bias":true}""" },
        { "LlamaForCausalLM", """{"num_key_value_heads":6}""" },
        { "LlamaForCausalLM", """{"num_attention_heads":2,"num_key_value_heads":1,"head_dim":80,"intermediate_size":50}""" },
        { "LlamaForCausalLM", """{"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":32}}""" },
        { "MistralForCausalLM", """{"sliding_window":5}""" },
        { "Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":1,"tie_word_embeddings":true}""" },
        { "Qwen3ForCausalLM", """{"rope_theta":1000000.0}""" },
        { "Qwen3ForCausalLM", """{"attention_bias":true,"head_dim":16}""" },
        { "StableLmForCausalLM", """{"qk_layernorm":true,"use_parallel_residual":true,"partial_rotary_factor":0.5}""" },
        { "StableLmForCausalLM", """{"use_qkv_bias":true}""" },
    };

    /// <summary>Apart from the others: a rounding picks other experts, so that only f32 can be held against the reference.</summary>
    public static TheoryData<string, string> WithExperts => new()
    {
        {
            "Dots1ForCausalLM",
            """
            {"first_k_dense_replace":1,"n_routed_experts":8,"num_experts_per_tok":3,"moe_intermediate_size":24,"n_shared_experts":2,"n_group":4,
             "topk_group":2,"norm_topk_prob":true,"routed_scaling_factor":2.5,"scoring_func":"noaux_tc","sliding_window":5,
             "layer_types":["full_attention","sliding_attention","full_attention"]}
            """
        },
        {
            "Dots1ForCausalLM",
            """{"attention_bias":true,"n_routed_experts":6,"num_experts_per_tok":2,"moe_intermediate_size":16,"n_shared_experts":1}"""
        },
        {
            "Ernie4_5_MoeForCausalLM",
            """{"moe_num_experts":6,"moe_k":2,"moe_intermediate_size":16,"moe_num_shared_experts":2,"moe_layer_start_index":1}"""
        },
    };

    /// <summary>The list by which a model is checked without loading it is what loading needs, no more and no less.</summary>
    [Theory]
    [MemberData(nameof(Architectures))]
    [MemberData(nameof(WithExperts))]
    public void Load_NeedsExactlyTheListedTensors(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);

        Assert.Equal(
            model.Weights.Select(weight => (weight.Key, string.Join(',', weight.Value.Shape))).Order(),
            DecoderTensors.Of(model.Spec).Select(tensor => (tensor.Name, string.Join(',', tensor.Shape))).Order());
        RunnerDriver.Load(model).Dispose();
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    [MemberData(nameof(WithExperts))]
    public void Execute_Float32_AgreesWithTheReference(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var runner = RunnerDriver.Load(model);

        Assert.InRange(Difference(runner, model), 0, 2e-4);
    }

    [Theory]
    [MemberData(nameof(WithExperts))]
    public void Execute_ExpertsOfPlainTensors_AgreeWithTheReference(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var runner = RunnerDriver.Load(model, tensors: true);

        Assert.InRange(Difference(runner, model), 0, 2e-4);
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Execute_BFloat16_IsCloseToTheReference(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var runner = RunnerDriver.Load(model, TorchDataType.BFloat16);

        Assert.InRange(Difference(runner, model), 0, 0.25);    // the logits spread over about 10
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Execute_Quantized_IsCloseToTheReference(string architecture, string changes)
    {
        foreach (var (type, format) in new[] { (TorchDataType.Q8, QuantizedFormat.Q8), (TorchDataType.Q4, QuantizedFormat.Q4) })
        {
            using var model = new TinyModel(architecture, changes);
            using var runner = RunnerDriver.Load(model, type);
            QuantizeWeights(model, format);

            Assert.InRange(Difference(runner, model), 0, 0.6);    // bf16 products of the prompt, and inputs in eight bits
        }
    }

    [Fact]
    public void Load_QuantizedForTheTensorDecoder_IsRefused()
    {
        using var model = new TinyModel();

        var refused = Assert.Throws<ModelFormatException>(() => RunnerDriver.Load(model, TorchDataType.Q4, tensors: true));

        Assert.Contains("choose bf16 or f32", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_OtherTypeOfKeysAndValues_IsCloseToTheReference()
    {
        using var model = new TinyModel("Qwen3ForCausalLM");
        using var halved = RunnerDriver.Load(model, keyValueType: TorchDataType.BFloat16);
        using var doubled = RunnerDriver.Load(model, TorchDataType.BFloat16, keyValueType: TorchDataType.Float32);

        Assert.InRange(Difference(halved, model), 1e-4, 0.25);    // rounded, so not as close as f32 all through
        Assert.InRange(Difference(doubled, model), 0, 0.25);
    }

    [Theory]
    [InlineData("LlamaForCausalLM", "{}")]
    [InlineData("MistralForCausalLM", """{"sliding_window":270}""")]
    [InlineData("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":1}""")]
    public void Execute_ContextOfSeveralChunks_AgreesWithTheReference(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes.Replace("{", """{"max_position_embeddings":1024,""", StringComparison.Ordinal).Replace(",}", "}", StringComparison.Ordinal));
        using var runner = RunnerDriver.Load(model);
        var prompt = RunnerDriver.Prompt(600);
        var logits = new ReferenceDecoder(model).Logits(prompt);
        var offset = Math.Log(logits.Sum(Math.Exp));

        var whole = RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(0, prompt), 600));
        var lastAlone = RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(1, prompt), 20, 300, 279, 1));

        Assert.Equal(whole, lastAlone);
        Assert.All(logits.Zip(whole), pair => Assert.InRange(pair.Second - (pair.First - offset), -2e-4, 2e-4));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Execute_PlainTensors_AgreeWithTheReference(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var runner = RunnerDriver.Load(model, tensors: true);
        using var halved = RunnerDriver.Load(model, TorchDataType.BFloat16, tensors: true);

        Assert.InRange(Difference(runner, model), 0, 2e-4);
        Assert.InRange(Difference(halved, model), 0, 0.5);
    }

    [Fact]
    public void Execute_PlainTensorsInChunksWithCachedBlocks_AgreeWithTheKernels()
    {
        using var model = new TinyModel("MistralForCausalLM", """{"sliding_window":6}""");
        using var kernels = RunnerDriver.Load(model);
        using var tensors = RunnerDriver.Load(model, tensors: true);
        var expected = RunnerDriver.Distribution(RunnerDriver.Run(kernels, RunnerDriver.NewSequence(0, RunnerDriver.Prompt(20)), 20));
        var first = RunnerDriver.NewSequence(2, RunnerDriver.Prompt(20));
        RunnerDriver.Run(tensors, first, 7, 13);
        tensors.Execute(new StepBatch { Steps = [], Saves = [new(2, 0, 1), new(2, 4, 0)], Released = [] });

        var second = RunnerDriver.NewSequence(3, RunnerDriver.Prompt(20));
        second.ComputedTokens = 8;
        tensors.Execute(new StepBatch { Steps = [], Released = [2], Restores = [new(3, 0, 1), new(3, 4, 0)] });
        var actual = RunnerDriver.Distribution(RunnerDriver.Run(tensors, second, 5, 7));

        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-4f));
    }

    [Fact]
    public void Load_ShardsAndFloat32Files_GiveTheSameBits()
    {
        using var whole = new TinyModel();
        using var shards = new TinyModel(sharded: true);
        using var float32 = new TinyModel(float32: true);

        var expected = BitsOf(whole);

        Assert.Equal(expected, BitsOf(shards));
        Assert.Equal(expected, BitsOf(float32));
    }

    /// <summary>Gives the reference what is left of the weights: of vectors everything, of the embedding and the head eight bits.</summary>
    private static void QuantizeWeights(TinyModel model, QuantizedFormat format)
    {
        var matrices = model.Weights.Where(weight => weight.Value.Shape.Length == 2 && !weight.Key.EndsWith("_norm.weight", StringComparison.Ordinal));
        foreach (var (name, (shape, values)) in matrices.ToList())
        {
            var isVocabulary = name == model.Spec.Names.Embedding || name == model.Spec.Names.Head;
            using var matrix = new TestMatrix(isVocabulary ? QuantizedFormat.Q8 : format, (int)shape[0], (int)shape[1], values);
            model.Weights[name] = (shape, matrix.Dequantized());
        }
    }

    private static float[] BitsOf(TinyModel model)
    {
        using var runner = RunnerDriver.Load(model);
        return RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9)), 9));
    }

    /// <summary>The largest difference of log-probabilities after a prompt and after four more tokens.</summary>
    private static double Difference(TorchModelRunner runner, TinyModel model)
    {
        var reference = new ReferenceDecoder(model);
        var sequence = RunnerDriver.NewSequence(1, RunnerDriver.Prompt(21));
        var worst = 0.0;
        for (var step = 0; step < 5; step++)
        {
            var sampled = RunnerDriver.Run(runner, sequence, sequence.PendingTokens);
            var logits = reference.Logits(sequence.Tokens);
            var offset = Math.Log(logits.Sum(Math.Exp));
            var actual = RunnerDriver.Distribution(sampled);
            worst = Math.Max(worst, logits.Select((logit, token) => Math.Abs(logit - offset - actual[token])).Max());
            sequence.Append(sampled.TokenId);
        }

        return worst;
    }
}
