using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Dense families whose norms, residual stream, positions or weights are laid out otherwise than Llama's.</summary>
public sealed class OtherLayoutFamiliesTests
{
    [Theory]
    [InlineData("gelu")]
    [InlineData("gelu_pytorch_tanh")]
    public void Read_Gemma_ScalesItsEmbedding_AndMeansTheApproximatedGelu(string activation)
    {
        var spec = Configs.Read("GemmaForCausalLM", $$"""{"hidden_act":"{{activation}}","hidden_activation":null}""");

        Assert.Equal((8f, 1f, 256, true), (spec.EmbeddingScale, spec.NormOffset, spec.HeadDim, spec.TiedEmbeddings));
        Assert.Equal((Activation.GeluTanh, false), (spec.Activation, spec.PostNorms));
    }

    [Fact]
    public void Read_Gemma2_CapsAndSlidesOnEveryOtherLayer()
    {
        var spec = Configs.Read("Gemma2ForCausalLM", """{"hidden_act":null,"query_pre_attn_scalar":64,"sliding_window":8}""");

        Assert.Equal((50f, 30f, 0.125f), (spec.AttentionSoftCap, spec.LogitSoftCap, spec.AttentionScale));
        Assert.Equal([8, null], spec.AttentionWindows);
        Assert.True(spec is { PreNorms: true, PostNorms: true, QueryKeyNorm: QueryKeyNorm.None });
        Assert.Equal(
            ("model.layers.0.post_attention_layernorm.weight", "model.layers.0.pre_feedforward_layernorm.weight"),
            (spec.Names.AttentionPostNorm(0), spec.Names.FeedForwardNorm(0)));
        Assert.Null(Configs.Read("Gemma2ForCausalLM", """{"hidden_act":null,"attn_logit_softcapping":null}""").AttentionSoftCap);
    }

    [Fact]
    public void Read_Gemma3_RotatesSlidingLayersByTheirOwnBase()
    {
        var spec = Configs.Read(
            "Gemma3ForCausalLM", """{"hidden_act":null,"sliding_window":8,"sliding_window_pattern":2,"rope_local_base_freq":5000}""");

        Assert.Equal([8, null], spec.AttentionWindows);
        Assert.Equal([new RotarySpec(5000), new RotarySpec(1e6)], spec.Rotaries);
        Assert.Equal(
            [8, null, 8],
            Configs.Read(
                "Gemma3ForCausalLM",
                    """{"num_hidden_layers":3,"hidden_act":null,"sliding_window":8,"_sliding_window_pattern":2}""").AttentionWindows);
        Assert.True(spec is { PostNorms: true, QueryKeyNorm: QueryKeyNorm.Head, LogitSoftCap: null, AttentionSoftCap: null });
        Assert.Contains(
            "use_bidirectional_attention", Configs.Refusal("Gemma3ForCausalLM", """{"use_bidirectional_attention":true}"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Gemma3WrapperWithoutSizes_TakesTheClasss()
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Parse("""{"architectures":["Gemma3ForConditionalGeneration"],"text_config":{}}"""));

        Assert.Equal(
            (26, 2304, 8, 4, 256, 9216, 262_208, 131_072),
            (spec.LayerCount, spec.HiddenSize, spec.HeadCount, spec.KeyValueHeadCount, spec.HeadDim, spec.FeedForwardSize,
             spec.VocabularySize, spec.ContextLength));
        Assert.Equal([4096, null], spec.AttentionWindows.Skip(4).Take(2));
        Assert.True(spec.TiedEmbeddings);
    }

    [Theory]
    [InlineData("Olmo2ForCausalLM", QueryKeyNorm.Whole)]
    [InlineData("Exaone4ForCausalLM", QueryKeyNorm.Head)]
    public void Read_Olmo2AndExaone4_NormAfterEachHalfOnly(string architecture, QueryKeyNorm norm)
    {
        var spec = Configs.Read(architecture, """{"num_key_value_heads":2}""");

        Assert.True(spec is { PreNorms: false, PostNorms: true });
        Assert.Equal((norm, "model.layers.1.post_feedforward_layernorm.weight"), (spec.QueryKeyNorm, spec.Names.FeedForwardPostNorm(1)));
    }

    [Fact]
    public void Read_Olmo3_StretchesFullLayersOnly()
    {
        var spec = Configs.Read("Olmo3ForCausalLM", """{"num_hidden_layers":4,"sliding_window":8,"rope_scaling":{"type":"linear","factor":2}}""");

        Assert.Equal([8, 8, 8, null], spec.AttentionWindows);
        Assert.Equal([true, true, true, false], spec.Rotaries.Select(rotary => rotary!.Scaling is null));
    }

    [Theory]
    [InlineData("4", "8", 3)]
    [InlineData("\"LLLG\"", "8", 3)]
    [InlineData("\"LG\"", "8", 1)]
    public void Read_Exaone4WithAWindow_HasFullLayersWithoutPositions(string pattern, string window, int full)
    {
        var spec = Configs.Read(
            "Exaone4ForCausalLM", $$"""{"num_hidden_layers":4,"sliding_window":{{window}},"sliding_window_pattern":{{pattern}}}""");

        Assert.Equal(full, spec.AttentionWindows.ToList().IndexOf(null));
        Assert.Equal(spec.AttentionWindows.Select(one => one is null), spec.Rotaries.Select(rotary => rotary is null));
    }

    [Fact]
    public void Read_Exaone4WithoutAWindow_RotatesEverywhere()
    {
        Assert.DoesNotContain(null, Configs.Read("Exaone4ForCausalLM", """{"sliding_window":null}""").Rotaries);
        Assert.Contains("but is 'LGL'", Configs.Refusal("Exaone4ForCausalLM", """{"sliding_window_pattern":"LGL"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Cohere_IsParallelBehindOneLayerNorm()
    {
        var spec = Configs.Read("CohereForCausalLM", """{"use_qk_norm":true,"layer_norm_eps":0.01}""");

        Assert.True(
            spec is { Norm: NormKind.Layer, NormBias: false, Residual: ResidualKind.ParallelOneNorm, TiedEmbeddings: true,
                LogitScale: 0.0625f, NormEpsilon: 0.01f });
        Assert.Equal((QueryKeyNorm.HeadLayerNorm, true), (spec.QueryKeyNorm, spec.Rotaries[0]!.Interleaved));
        Assert.Equal(QueryKeyNorm.None, Configs.Read("CohereForCausalLM").QueryKeyNorm);
    }

    [Fact]
    public void Read_Cohere2_HasFullLayersWithoutPositions()
    {
        var spec = Configs.Read("Cohere2ForCausalLM", """{"num_hidden_layers":4,"sliding_window":8}""");

        Assert.Equal([8, 8, 8, null], spec.AttentionWindows);
        Assert.Equal([false, false, false, true], spec.Rotaries.Select(rotary => rotary is null));
        Assert.Contains("use_parallel_block", Configs.Refusal("Cohere2ForCausalLM", """{"use_parallel_block":false}"""), StringComparison.Ordinal);
        Assert.Contains("rotary_pct", Configs.Refusal("Cohere2ForCausalLM", """{"rotary_pct":0.5}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GlmAndGlm4_RotateNeighboursOfHalfTheHead()
    {
        var (first, second) = (Configs.Read("GlmForCausalLM"), Configs.Read("Glm4ForCausalLM", """{"attention_bias":false}"""));

        Assert.Equal(new RotarySpec(10_000) { Dimensions = 64, Interleaved = true }, first.Rotaries[0]);
        Assert.Equal(128, first.Recipes["model.layers.1.mlp.up_proj.weight"].Rows!.Offset);
        Assert.True(first is { PostNorms: false, QueryKeyValueBias: true, OutputBias: false });
        Assert.True(second is { PreNorms: true, PostNorms: true, QueryKeyValueBias: false });
        Assert.Equal("model.layers.0.post_mlp_layernorm.weight", second.Names.FeedForwardPostNorm(0));
    }

    [Fact]
    public void Read_Starcoder2_HasLayerNormsAndBiases_AndNoGate()
    {
        var spec = Configs.Read("Starcoder2ForCausalLM", """{"hidden_act":null,"norm_epsilon":0.01,"sliding_window":8}""");

        Assert.True(spec is
        {
            Norm: NormKind.Layer, NormBias: true, QueryKeyValueBias: true, OutputBias: true, FeedForwardBias: true, Gated: false,
            TiedEmbeddings: true,
            Activation: Activation.GeluTanh, NormEpsilon: 0.01f,
        });
        Assert.Equal([8, 8], spec.AttentionWindows);
        Assert.True(Configs.Read("Starcoder2ForCausalLM", """{"use_bias":false}""") is { QueryKeyValueBias: false, NormBias: true });
    }

    [Fact]
    public void Read_StableLm_IsSequentialOrParallel()
    {
        var spec = Configs.Read("StableLmForCausalLM", """{"use_qkv_bias":true,"num_key_value_heads":4}""");

        Assert.True(spec is { Norm: NormKind.Layer, NormBias: true, Residual: ResidualKind.Sequential, QueryKeyValueBias: true, OutputBias: false });
        Assert.Equal(4, spec.Rotaries[0]!.Dimensions);
        Assert.Equal(ResidualKind.ParallelOneNorm, Configs.Read("StableLmForCausalLM", """{"use_parallel_residual":true}""").Residual);
        Assert.Equal((QueryKeyNorm.None, 0), (spec.QueryKeyNorm, spec.Recipes.Count));
    }

    [Fact]
    public void Read_StableLmWithHeadNorms_StacksATensorOfEachHead()
    {
        var spec = Configs.Read("StableLmForCausalLM", """{"qk_layernorm":true}""");

        Assert.Equal(QueryKeyNorm.HeadLayerNorm, spec.QueryKeyNorm);
        Assert.Equal(
            ["model.layers.1.self_attn.k_layernorm.norms.0.weight", "model.layers.1.self_attn.k_layernorm.norms.1.weight"],
            spec.Recipes[spec.Names.KeyNorm(1)].Names);
        Assert.Equal(4, spec.Recipes[spec.Names.QueryNorm(0)].Names.Count());
        Assert.Contains(
            "at most 65536 heads",
            Configs.Refusal("StableLmForCausalLM", """{"qk_layernorm":true,"num_hidden_layers":4096,"hidden_size":512,"num_attention_heads":32}"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GPTNeoX_GathersRowsOfEachHead()
    {
        var spec = Configs.Read("GPTNeoXForCausalLM", """{"num_key_value_heads":null,"hidden_act":"gelu","rotary_emb_base":5000,"rotary_pct":0.5}""");

        Assert.Equal(new RotarySpec(5000) { Dimensions = 8 }, spec.Rotaries[0]);
        Assert.True(
            spec is { Residual: ResidualKind.ParallelTwoNorms, Activation: Activation.GeluErf, Gated: false, FeedForwardBias: true,
                TiedEmbeddings: false });
        Assert.Equal(new RowPattern(16, 16, 48), spec.Recipes["model.layers.0.self_attn.k_proj.weight"].Rows);
        Assert.Equal(new RowPattern(32, 16, 48), spec.Recipes["model.layers.0.self_attn.v_proj.bias"].Rows);
        Assert.Equal(
            ResidualKind.Sequential, Configs.Read("GPTNeoXForCausalLM", """{"num_key_value_heads":4,"use_parallel_residual":false}""").Residual);
        Assert.Contains("num_key_value_heads must equal", Configs.Refusal("GPTNeoXForCausalLM", "{}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GPT2_HasLearnedPositions_AndMatricesTheOtherWayRound()
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Parse("""
            {"architectures":["GPT2LMHeadModel"],"n_embd":64,"n_layer":2,"n_head":4,
             "n_positions":32,"vocab_size":100,"activation_function":"gelu_new","n_inner":null}
            """));

        Assert.True(
            spec is { LearnedPositions: true, FeedForwardSize: 256, TiedEmbeddings: true, Gated: false, Activation: Activation.GeluTanh,
                NormBias: true });
        Assert.Equal([null, null], spec.Rotaries);
        Assert.Equal(
            new WeightRecipe("model.h.1.attn.c_attn.weight") { Transposed = true, Rows = new(64, 64, 192) },
            spec.Recipes["model.h.1.self_attn.k_proj.weight"]);
        Assert.Equal(new WeightRecipe("model.h.1.mlp.c_fc.weight") { Transposed = true }, spec.Recipes["model.h.1.mlp.c_fc.weight"]);
        Assert.Contains(
            "scale_attn_weights",
            Configs.Refusal("GPT2LMHeadModel", """{"n_embd":64,"n_layer":2,"n_head":4,"n_positions":32,"scale_attn_weights":false}"""),
            StringComparison.Ordinal);
        Assert.Contains("lacks n_embd", Configs.Refusal("GPT2LMHeadModel", "{}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Nemotron_StoresNormsLessOne()
    {
        var spec = Configs.Read("NemotronForCausalLM", """{"hidden_act":"relu2","norm_eps":0.01}""");

        Assert.True(
            spec is { Norm: NormKind.Layer, NormOffset: 1, NormBias: true, Gated: false, Activation: Activation.SquaredRelu, NormEpsilon: 0.01f });
        Assert.Equal(8, spec.Rotaries[0]!.Dimensions);
    }

    [Fact]
    public void Read_Phi_HasBiasesEverywhere()
    {
        var spec = Configs.Read("PhiForCausalLM", """{"hidden_act":"gelu_new","partial_rotary_factor":0.25}""");

        Assert.True(spec is
        {
            Residual: ResidualKind.ParallelOneNorm, QueryKeyValueBias: true, OutputBias: true, FeedForwardBias: true, HeadBias: true, Gated: false,
            Norm: NormKind.Layer, NormBias: true, Activation: Activation.GeluTanh,
        });
        Assert.Equal((4, "model.layers.0.self_attn.dense"), (spec.Rotaries[0]!.Dimensions, spec.Names.Output(0)));
    }
}
