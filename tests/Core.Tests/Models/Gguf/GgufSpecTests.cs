using Rill.Models;
using Rill.Models.Rotary;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>What metadata of published architectures become.</summary>
public sealed class GgufSpecTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_Llama_HasGgufsNamesAndItsSizes()
    {
        var spec = Spec(GgufModels.Llama().With("llama.rope.freq_base", 5e5f));

        Assert.Equal((2, 32, 48, 4, 2, 8), (spec.LayerCount, spec.HiddenSize, spec.FeedForwardSize, spec.HeadCount, spec.KeyValueHeadCount, spec.HeadDim));
        Assert.Equal((6, 64, 5e5, 1e-5f), (spec.VocabularySize, spec.ContextLength, spec.Rotaries[0]!.Theta, spec.NormEpsilon));
        Assert.True(spec.TiedEmbeddings);
        Assert.True(spec.Rotaries[1]!.Interleaved);
        Assert.Equal(
            ["token_embd.weight", "blk.0.attn_q.weight", "blk.0.attn_k.weight", "blk.0.attn_v.weight", "blk.0.attn_output.weight", "blk.0.ffn_gate.weight", "blk.0.ffn_up.weight", "blk.0.ffn_down.weight", "blk.0.attn_norm.weight", "blk.0.ffn_norm.weight"],
            DecoderTensors.Of(spec).Take(10).Select(tensor => tensor.Name));
    }

    [Fact]
    public void Read_RotaryFrequenciesAsATensor_AreDivisors()
    {
        var spec = Spec(GgufModels.Llama().WithFloats("rope_freqs.weight", [4], 1, 2, 4, 8));
        var plain = new RotarySpec(10_000).InverseFrequencies(8);

        Assert.Equal([plain[0], plain[1] / 2, plain[2] / 4, plain[3] / 8], spec.Rotaries[0]!.InverseFrequencies(8));
        Assert.Contains(
            "rope_freqs.weight has 3 elements, but 4 pairs", Refusal(GgufModels.Llama().WithFloats("rope_freqs.weight", [3], 1, 2, 4)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LlamaWithExperts_TakesThemFromStacks()
    {
        var spec = Spec(GgufModels.Llama().With("llama.expert_count", 3).With("llama.expert_used_count", 2));

        Assert.Equal((3, 2, 48, true), (spec.Experts[1]!.Experts, spec.Experts[1]!.Top, spec.Experts[1]!.Width, spec.Experts[1]!.Normalize));
        Assert.Equal(new WeightRecipe("blk.1.ffn_down_exps.weight") { Expert = 2 }, spec.Recipes[spec.Names.ExpertDown(1, 2) + ".weight"]);
        Assert.Equal("blk.0.ffn_gate_inp", spec.Names.Router(0));
    }

    [Fact]
    public void Read_Yarn_HasTheMagnitudeOfLlamaCpp()
    {
        GgufWriter Stretched() => GgufModels.Of("qwen3").With("qwen3.rope.scaling.type", "yarn").With("qwen3.rope.scaling.factor", 4f).With("qwen3.rope.scaling.original_context_length", 16);

        var scaling = Assert.IsType<YarnRotaryScaling>(Spec(Stretched()).Rotaries[0]!.Scaling);
        Assert.Equal((4.0, 16), (scaling.Factor, scaling.OriginalContext));
        Assert.Equal((0.1 * Math.Log(4)) + 1, scaling.Magnitude, 1e-9);
        Assert.Equal(1, ((YarnRotaryScaling)Spec(Stretched().With("qwen3.rope.scaling.yarn_log_multiplier", 0.1f)).Rotaries[0]!.Scaling!).Magnitude);
    }

    [Fact]
    public void Read_Gemma3_AddsNothingToNormsAndScalesByItsHeads()
    {
        var spec = Spec(GgufModels.Of("gemma3").With("gemma3.attention.key_length", 16).With("gemma3.attention.sliding_window", 8).With("gemma3.rope.freq_base", 1e6f));

        Assert.Equal((0f, 0.25f, MathF.Sqrt(32)), (spec.NormOffset, spec.AttentionScale, spec.EmbeddingScale));
        Assert.Equal([8, 8], spec.AttentionWindows);
        Assert.False(spec.Rotaries[0]!.Interleaved);
        Assert.Equal(
            ("blk.0.ffn_norm.weight", "blk.0.post_attention_norm.weight", "blk.0.post_ffw_norm.weight"),
            (spec.Names.FeedForwardNorm(0), spec.Names.AttentionPostNorm(0), spec.Names.FeedForwardPostNorm(0)));
    }

    [Fact]
    public void Read_Phi3_TakesFusedMatricesApart()
    {
        var spec = Spec(GgufModels.Of("phi3")
            .With("phi3.rope.scaling.original_context_length", 16).With("phi3.rope.scaling.attn_factor", 1.5f)
            .WithFloats("rope_factors_short.weight", [4], 1, 1, 1, 1).WithFloats("rope_factors_long.weight", [4], 1, 2, 3, 4));

        Assert.Equal(new WeightRecipe("blk.1.attn_qkv.weight") { Rows = new(32, 16, 64) }, spec.Recipes["blk.1.attn_k.weight"]);
        Assert.Equal(new WeightRecipe("blk.1.ffn_up.weight") { Rows = new(48) }, spec.Recipes["blk.1.ffn_up.weight"]);
        Assert.Equal(1.5f, spec.Rotaries[0]!.AttentionFactor);
        Assert.Equal(new RotarySpec(10_000).InverseFrequencies(8)[3] / 4, spec.Rotaries[0]!.InverseFrequencies(8)[3]);
    }

    [Theory]
    [InlineData("phi2")]
    [InlineData("glm4")]
    [InlineData("nemotron")]
    public void Read_WholeHeadsOfAClassThatTurnsAPart_TurnsThemWhole(string architecture)
    {
        Assert.Equal(8, Spec(GgufModels.Of(architecture).With($"{architecture}.rope.dimension_count", 8)).Rotaries[0]!.Rotated(8));
        Assert.Equal(4, Spec(GgufModels.Of(architecture).With($"{architecture}.rope.dimension_count", 4)).Rotaries[0]!.Rotated(8));
    }

    [Fact]
    public void Read_NemotronWithBiases_HasThem()
    {
        var spec = Spec(GgufModels.Of("nemotron").WithFloats("blk.0.ffn_up.bias", [48], new float[48]));

        Assert.Equal((true, false), (spec.FeedForwardBias, spec.QueryKeyValueBias));
        Assert.False(Spec(GgufModels.Of("nemotron")).FeedForwardBias);
    }

    [Fact]
    public void Read_OneListOfRotaryFactors_IsRefused()
    {
        Assert.Contains(
            "rope_factors_short.weight and rope_factors_long.weight without the other",
            Refusal(GgufModels.Llama().WithFloats("rope_factors_long.weight", [4], 1, 2, 3, 4)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DeepSeek_TakesHeadsFromStacks()
    {
        var spec = Spec(DeepSeek(gating: 2).With("deepseek2.attention.q_lora_rank", 10).With("deepseek2.expert_group_count", 2).With("deepseek2.expert_group_used_count", 1));

        Assert.Equal("DeepseekV3ForCausalLM", spec.Architecture);
        Assert.Equal((10, 12, 8, 4, 6), (spec.Latent!.QueryRank, spec.Latent.KeyValueRank, spec.Latent.PlainWidth, spec.Latent.RotatedWidth, spec.Latent.ValueWidth));
        Assert.Equal((null, 4, RouterScore.Sigmoid, 2, 1, 1.5f), (spec.Experts[0], spec.Experts[1]!.Experts, spec.Experts[1]!.Score, spec.Experts[1]!.Groups, spec.Experts[1]!.TopGroups, spec.Experts[1]!.Scale));
        Assert.Equal(new WeightRecipe("blk.1.attn_k_b.weight") { Expert = 3 }, spec.Recipes[spec.Names.HeadKey(1, 3) + ".weight"]);
        Assert.Equal(("blk.0.attn_q_a", "blk.0.attn_q_b", "blk.0.attn_kv_a_mqa"), (spec.Names.QueryDown(0), spec.Names.LatentQuery(0), spec.Names.LatentDown(0)));
    }

    [Fact]
    public void Read_DeepSeekWithoutQueryRank_ProjectsQueriesAtOnce()
    {
        var spec = Spec(DeepSeek(gating: 1));

        Assert.Equal(("DeepseekV2ForCausalLM", null, "blk.1.attn_q"), (spec.Architecture, spec.Latent!.QueryRank, spec.Names.LatentQuery(1)));
        Assert.Contains("deepseek2.expert_gating_func is 3", Refusal(DeepSeek(gating: 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DeepSeekWithYarn_ScalesScoresByTheTenthThatFilesHold()
    {
        var spec = Spec(DeepSeek(gating: 2).With("deepseek2.rope.scaling.type", "yarn").With("deepseek2.rope.scaling.factor", 4f)
            .With("deepseek2.rope.scaling.original_context_length", 16).With("deepseek2.rope.scaling.yarn_log_multiplier", 0.1f));

        var magnitude = (0.1 * Math.Log(4)) + 1;
        Assert.Equal(magnitude * magnitude / Math.Sqrt(12), spec.AttentionScale!.Value, 1e-6);
    }

    [Fact]
    public void Read_Ministral3_LetsQueriesGrow()
    {
        var writer = GgufModels.Of("mistral3").With("mistral3.attention.temperature_scale", 0.5f);
        Assert.Contains("mistral3.rope.scaling.type must be yarn", Refusal(GgufModels.Of("mistral3").With("mistral3.attention.temperature_scale", 0.5f)), StringComparison.Ordinal);

        var spec = Spec(writer.With("mistral3.rope.scaling.type", "yarn").With("mistral3.rope.scaling.factor", 4f).With("mistral3.rope.scaling.original_context_length", 16));
        Assert.Equal(new QueryTemperature(0.5, 16, Offset: 0), spec.QueryTemperatures[1]);
    }

    [Fact]
    public void Read_MiniCPM_HasTheFilesFactors()
    {
        var spec = Spec(GgufModels.Of("minicpm").With("minicpm.embedding_scale", 12f).With("minicpm.residual_scale", 0.25f).With("minicpm.logit_scale", 4f));

        Assert.Equal((12f, 0.25f), (spec.EmbeddingScale, spec.ResidualScale));
        Assert.Equal(0.25, spec.LogitScale, 1e-6);
        Assert.Contains("minicpm.embedding_scale is missing", Refusal(GgufModels.Of("minicpm")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arcee")]
    [InlineData("cohere2")]
    [InlineData("command-r")]
    [InlineData("ernie4_5")]
    [InlineData("exaone4")]
    [InlineData("gemma")]
    [InlineData("gemma2")]
    [InlineData("glm4")]
    [InlineData("glm4moe")]
    [InlineData("gpt-oss")]
    [InlineData("gpt2")]
    [InlineData("gptneox")]
    [InlineData("granite")]
    [InlineData("granitemoe")]
    [InlineData("hunyuan-dense")]
    [InlineData("internlm2")]
    [InlineData("llama4")]
    [InlineData("minicpm")]
    [InlineData("minimax-m2")]
    [InlineData("mistral3")]
    [InlineData("nemotron")]
    [InlineData("olmo2")]
    [InlineData("olmoe")]
    [InlineData("phi2")]
    [InlineData("phi3")]
    [InlineData("qwen2")]
    [InlineData("qwen2moe")]
    [InlineData("qwen3")]
    [InlineData("qwen3moe")]
    [InlineData("seed_oss")]
    [InlineData("smollm3")]
    [InlineData("stablelm")]
    [InlineData("starcoder2")]
    public void Read_EveryArchitecture_HasOnlyGgufsNames(string architecture)
    {
        var spec = Spec(Complete(architecture));

        Assert.Equal((2, 32, 48, 4), (spec.LayerCount, spec.HiddenSize, spec.FeedForwardSize, spec.HeadCount));
        Assert.Equal(0, spec.NormOffset);
        Assert.All(DecoderTensors.Of(spec).Select(tensor => spec.Recipes.TryGetValue(tensor.Name, out var recipe) ? recipe.Name : tensor.Name), name =>
            Assert.Matches(@"^(token_embd|output|output_norm|position_embd|blk\.[01]\.[a-z_]+)\.(weight|bias)$", name));
    }

    [Theory]
    [InlineData("mamba", null, null, "the architecture mamba are not supported")]
    [InlineData("llama", "rope.scaling.type", "dynamic", "llama.rope.scaling.type is 'dynamic'")]
    [InlineData("llama", "rope.scaling.type", "yarn", "llama.rope.scaling.factor is missing")]
    public void Read_WhatIsNotSupported_IsRefusedByName(string architecture, string? name, string? value, string expected)
    {
        var writer = GgufModels.Of(architecture);
        Assert.Contains(expected, Refusal(name is null ? writer : writer.With($"{architecture}.{name}", value!)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ValuesOfAnyKind_FailInOneSentenceOrNotAtAll()
    {
        object[] values = [0, -1, int.MaxValue, ulong.MaxValue, float.NaN, float.NegativeInfinity, -2.5f, 1e38f, true, "", "x", Array.Empty<int>(), (int[])[7, 8], (string[])["a"]];
        string[] names =
        [
            "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count", "attention.head_count_kv", "attention.key_length", "rope.freq_base",
            "rope.dimension_count", "rope.scaling.type", "rope.scaling.factor", "rope.scaling.attn_factor", "rope.scaling.original_context_length", "attention.layer_norm_rms_epsilon",
            "expert_count", "expert_used_count", "attention.sliding_window", "nextn_predict_layers", "logit_scale", "attention.scale",
        ];
        foreach (var (architecture, name, value) in from architecture in (string[])["llama", "phi3", "gemma2", "granite", "glm4moe"] from name in names from value in values select (architecture, name, value))
        {
            try
            {
                // A key twice is refused by itself, so that the default must give way.
                Spec(GgufModels.Of(architecture, name).With($"{architecture}.{name}", value).WithFloats("rope_factors_short.weight", [1], float.NaN));
            }
            catch (ModelFormatException error)
            {
                Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Read_SizesThatDiffer_AreRefused()
    {
        var same = new GgufWriter().With("general.architecture", "llama").WithFloats("token_embd.weight", [32, 6], new float[192]).With("llama.block_count", 2)
            .With("llama.context_length", 64).With("llama.embedding_length", 32).With("llama.attention.head_count", 4).With("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        Assert.Equal(48, Spec(same.With("llama.feed_forward_length", (int[])[48, 48])).FeedForwardSize);
        Assert.Contains("attention.head_count_kv differs from layer to layer", Refusal(same.With("llama.attention.head_count_kv", (int[])[4, 2])), StringComparison.Ordinal);
    }

    /// <summary>Everything that some architecture must have.</summary>
    private static GgufWriter Complete(string architecture)
    {
        var writer = GgufModels.Of(architecture).With($"{architecture}.attention.sliding_window", 8).With($"{architecture}.rope.dimension_count", 8);
        foreach (var (name, value) in ((string, int)[])
            [("expert_count", 4), ("expert_used_count", 2), ("expert_feed_forward_length", 48), ("expert_shared_feed_forward_length", 16), ("expert_shared_count", 1), ("leading_dense_block_count", 1),
                ("interleave_moe_layer_step", 1)])
        {
            writer.With($"{architecture}.{name}", value);
        }

        foreach (var name in (string[])["embedding_scale", "residual_scale", "logit_scale"])
        {
            writer.With($"{architecture}.{name}", 2f);
        }

        return architecture == "gpt-oss"
            ? writer.With("gpt-oss.rope.scaling.type", "yarn").With("gpt-oss.rope.scaling.factor", 32f).With("gpt-oss.rope.scaling.original_context_length", 8)
            : writer;
    }

    private static GgufWriter DeepSeek(int gating)
    {
        var writer = GgufModels.Of("deepseek2").With("deepseek2.expert_weights_scale", 1.5f);
        foreach (var (name, value) in ((string, int)[])
            [
                ("attention.key_length", 16), ("attention.value_length", 12), ("attention.key_length_mla", 12), ("attention.value_length_mla", 6), ("attention.kv_lora_rank", 12),
                ("rope.dimension_count", 4), ("leading_dense_block_count", 1), ("expert_count", 4), ("expert_used_count", 2), ("expert_feed_forward_length", 16),
                ("expert_shared_count", 1), ("expert_gating_func", gating),
            ])
        {
            writer.With($"deepseek2.{name}", value);
        }

        return writer;
    }

    private DecoderSpec Spec(GgufWriter writer) => GgufModels.Spec(_directory, writer);

    private string Refusal(GgufWriter writer) => Assert.Throws<ModelFormatException>(() => Spec(writer)).Message;
}
