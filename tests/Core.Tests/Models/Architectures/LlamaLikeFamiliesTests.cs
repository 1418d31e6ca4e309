using Rill.Models;
using Rill.Models.Rotary;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Dense families whose layers are built as Llama's: what their classes add to it.</summary>
public sealed class LlamaLikeFamiliesTests
{
    [Fact]
    public void Read_Phi3_TakesFusedMatricesApart_AndSlidesEverywhere()
    {
        var spec = Configs.Read("Phi3ForCausalLM", """{"sliding_window":8}""");

        Assert.Equal([8, 8], spec.AttentionWindows);
        Assert.Equal([64L, 64 + 32], [RowsOf(spec, "self_attn.k_proj.weight").Offset, RowsOf(spec, "self_attn.v_proj.weight").Offset]);
        Assert.Equal([0L, 128], [RowsOf(spec, "mlp.gate_proj.weight").Offset, RowsOf(spec, "mlp.up_proj.weight").Offset]);
        Assert.Equal("model.layers.1.self_attn.qkv_proj.weight", spec.Recipes["model.layers.1.self_attn.q_proj.weight"].Name);
    }

    [Fact]
    public void Read_Ministral3_LetsQueriesGrowWhereBetaIsThere()
    {
        const string rotary = """
            "rope_type":"yarn","factor":16,"original_max_position_embeddings":64,"max_position_embeddings":64,"mscale":1,"mscale_all_dim":1
            """;
        var spec = Configs.Read("Ministral3ForCausalLM", $$"""{"rope_parameters":{ {{rotary}},"llama_4_scaling_beta":0.1} }""");

        Assert.Equal([new QueryTemperature(0.1, 64, 0), new QueryTemperature(0.1, 64, 0)], spec.QueryTemperatures);
        Assert.Equal((1, 128), (spec.Rotaries[0]!.AttentionFactor, spec.HeadDim));
        Assert.Empty(Configs.Read("Ministral3ForCausalLM", $$"""{"rope_parameters":{ {{rotary}} } }""").QueryTemperatures);
    }

    [Theory]
    [InlineData("mistral", 4096)]
    [InlineData("ministral3", null)]
    public void Read_Mistral3Wrapper_IsTheNamedDecoder(string type, int? window)
    {
        var spec = ReadMistral3(type);

        Assert.Equal(("Mistral3ForConditionalGeneration", window, true), (spec.Architecture, spec.AttentionWindows[0], spec.TiedEmbeddings));
        Assert.Equal(["language_model.model.", "model.language_model."], spec.Prefixes.Select(prefixes => prefixes.Decoder));
        Assert.Contains("vision_tower.", spec.PassedOver);
        Assert.Contains("model.multi_modal_projector.", spec.PassedOver);
    }

    [Fact]
    public void Read_WrapperOfAnother_IsRefusedByName()
    {
        Assert.Contains("model_type 'pixtral'", Assert.Throws<ModelFormatException>(() => ReadMistral3("pixtral")).Message, StringComparison.Ordinal);
        Assert.Contains("lacks text_config", Configs.Refusal("Mistral3ForConditionalGeneration", "{}"), StringComparison.Ordinal);
        Assert.Contains("lacks text_config", Configs.Refusal("Gemma3ForConditionalGeneration", "{}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"quantization_config":{"quant_method":"hqq"},"text_config":{}}""", "quant_method 'hqq' is not supported")]
    [InlineData(
        """{"text_config":{"attn_temperature_tuning":true}}""",
        "attn_temperature_tuning is true, which is not supported for Gemma3ForConditionalGeneration")]
    public void Read_WrappersOwnFields_AreNotOverlooked(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("Gemma3ForConditionalGeneration", changes), StringComparison.Ordinal);

    [Fact]
    public void Read_Granite_HasFourFactors()
    {
        var spec = Configs.Read(
            "GraniteForCausalLM",
            """{"embedding_multiplier":12,"attention_multiplier":0.5,"residual_multiplier":0.22,"logits_scaling":8,"mlp_bias":true}""");

        Assert.Equal((12f, 0.5f, 0.22f, 0.125f), (spec.EmbeddingScale, spec.AttentionScale, spec.ResidualScale, spec.LogitScale));
        Assert.True(spec.FeedForwardBias);
        Assert.Equal(1, Configs.Read("GraniteForCausalLM").AttentionScale);    // the class's default, not that of attention
    }

    [Fact]
    public void Read_MiniCPM_HasThreeFactors_AndIsTied()
    {
        var spec = Configs.Read("MiniCPMForCausalLM", """{"scale_emb":12,"scale_depth":1.4,"dim_model_base":16,"num_hidden_layers":4}""");

        Assert.Equal((12f, 0.7f, 0.25f, true), (spec.EmbeddingScale, spec.ResidualScale, spec.LogitScale, spec.TiedEmbeddings));
    }

    [Fact]
    public void Read_SmolLM3_RotatesThreeLayersOfFour_OrThoseMarked()
    {
        Assert.Equal([true, true, true, false], Rotating("""{"num_hidden_layers":4}"""));
        Assert.Equal([true, false, true, false], Rotating("""{"num_hidden_layers":4,"no_rope_layer_interval":2}"""));
        Assert.Equal([false, true, true, true], Rotating("""{"num_hidden_layers":4,"no_rope_layers":[0,1,1,1]}"""));
        Assert.Contains(
            "no_rope_layers has 1 entries for 2 layers", Configs.Refusal("SmolLM3ForCausalLM", """{"no_rope_layers":[1]}"""),
            StringComparison.Ordinal);
        Assert.True(Configs.Read("SmolLM3ForCausalLM").TiedEmbeddings);

        static IEnumerable<bool> Rotating(string changes) => Configs.Read(
            "SmolLM3ForCausalLM", changes).Rotaries.Select(rotary => rotary is not null);
    }

    [Fact]
    public void Read_SmolLM3Window_IsForLayersWithoutPositions_IfSwitchedOn()
    {
        Assert.Equal(
            [null, 8],
            Configs.Read("SmolLM3ForCausalLM", """{"no_rope_layers":[1,0],"use_sliding_window":true,"sliding_window":8}""").AttentionWindows);
        Assert.Equal(
            [null, null],
            Configs.Read("SmolLM3ForCausalLM", """{"no_rope_layers":[1,0],"use_sliding_window":false,"sliding_window":8}""").AttentionWindows);
    }

    [Fact]
    public void Read_InternLM2_GathersRowsOfEachGroup()
    {
        var spec = Configs.Read("InternLM2ForCausalLM", """{"bias":false}""");

        Assert.Equal(new RowPattern(0, 32, 64), RowsOf(spec, "self_attn.q_proj.weight"));
        Assert.Equal(new RowPattern(32, 16, 64), RowsOf(spec, "self_attn.k_proj.weight"));
        Assert.Equal(new RowPattern(48, 16, 64), RowsOf(spec, "self_attn.v_proj.weight"));
        Assert.Equal(("output.weight", "model.layers.0.feed_forward.w3"), (spec.Names.Head, spec.Names.Up(0)));
        Assert.True(Configs.Read("InternLM2ForCausalLM") is { QueryKeyValueBias: true, OutputBias: true, FeedForwardBias: false });
    }

    [Fact]
    public void Read_InternLM3_HasTwoSwitchesForBiases()
    {
        Assert.True(
            Configs.Read("InternLM3ForCausalLM", """{"qkv_bias":true}""") is { QueryKeyValueBias: true, OutputBias: false, FeedForwardBias: false });
        Assert.True(
            Configs.Read("InternLM3ForCausalLM", """{"bias":true}""") is { QueryKeyValueBias: false, OutputBias: true, FeedForwardBias: true });
    }

    [Fact]
    public void Read_SeedOss_HasBiasesInFrontOfAttention()
    {
        Assert.True(Configs.Read("SeedOssForCausalLM") is { QueryKeyValueBias: true, OutputBias: false, FeedForwardBias: false, HeadDim: 128 });
        Assert.True(Configs.Read("SeedOssForCausalLM", """{"attention_out_bias":true}""").OutputBias);
    }

    [Fact]
    public void Read_Ernie_RotatesNeighbours_AndIsTied()
    {
        var spec = Configs.Read("Ernie4_5ForCausalLM", """{"use_bias":true}""");

        Assert.Equal(2, Configs.Read("Ernie4_5ForCausalLM", without: "num_key_value_heads").KeyValueHeadCount);

        Assert.Equal(new RotarySpec(500_000) { Interleaved = true }, spec.Rotaries[0]);
        Assert.True(spec is { TiedEmbeddings: true, QueryKeyValueBias: true, OutputBias: true, FeedForwardBias: true });
    }

    [Fact]
    public void Read_HunYuan_NormsAfterTheRotation_WhoseBaseAlphaRaises()
    {
        var spec = Configs.Read("HunYuanDenseV1ForCausalLM", """
            {"use_qk_norm":true,"rope_scaling":{"type":"dynamic","alpha":1000.0,
             "factor":1.0,"beta_fast":32,"beta_slow":1,"mscale":1.0,"mscale_all_dim":1.0}}
            """);

        Assert.Equal(QueryKeyNorm.HeadAfterRotary, spec.QueryKeyNorm);
        Assert.Equal(10_000 * Math.Exp(16 / 14.0 * Math.Log(1000)), spec.Rotaries[1]!.Theta, 1e-4);
        Assert.Null(spec.Rotaries[1]!.Scaling);
        Assert.Equal("model.layers.0.self_attn.key_layernorm.weight", spec.Names.KeyNorm(0));
        Assert.Equal(
            new LinearRotaryScaling(2),
            Configs.Read("HunYuanDenseV1ForCausalLM", """{"rope_scaling":{"type":"linear","factor":2}}""").Rotaries[0]!.Scaling);
    }

    [Fact]
    public void Read_Arcee_HasAnUngatedSquaredRelu() =>
        Assert.True(
            Configs.Read("ArceeForCausalLM", """{"hidden_act":null}""") is { Gated: false, Activation: Activation.SquaredRelu,
                QueryKeyValueBias: false });

    [Fact]
    public void Read_BitNet_HasNormsInsideBothHalves() =>
        Assert.True(
            Configs.Read("BitNetForCausalLM", """{"hidden_act":"relu2"}""") is { SubNorms: true, Gated: true, Activation: Activation.SquaredRelu });

    private static DecoderSpec ReadMistral3(string type) => ArchitectureRegistry.Read(ModelConfig.Parse($$"""
        {
          "architectures":["Mistral3ForConditionalGeneration"], "tie_word_embeddings":true, "vision_config":{"hidden_size":8},
          "text_config":{
            "model_type":"{{type}}", "hidden_size":64, "num_hidden_layers":2, "num_attention_heads":8, "intermediate_size":128, "vocab_size":100,
            "max_position_embeddings":256
          }
        }
        """));

    private static RowPattern RowsOf(DecoderSpec spec, string suffix) => spec.Recipes["model.layers.0." + suffix].Rows!;
}
