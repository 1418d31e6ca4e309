using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Families with experts: how they choose, and which layers have them.</summary>
public sealed class ExpertFamiliesTests
{
    /// <summary>Eight experts chosen by sigmoid and bias, from two of four groups.</summary>
    private static readonly MoeSpec s_inGroups = new()
    {
        Experts = 8, Top = 3, Width = 16, Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true,
        NormalizeEpsilon = 1e-20f, Scale = 2.5f,
        SharedWidth = 32, Groups = 4, TopGroups = 2, GroupScore = GroupScore.SumOfTwoBest,
    };

    [Fact]
    public void Read_Mixtral_AlwaysNormalises()
    {
        var spec = Configs.Read("MixtralForCausalLM", """{"sliding_window":null}""");

        Assert.Equal(new MoeSpec { Experts = 8, Top = 2, Width = 128, Normalize = true }, spec.ExpertsOf(1));
        Assert.Equal("model.layers.1.block_sparse_moe.experts.7.w2", spec.Names.ExpertDown(1, 7));
        Assert.Equal(1e6, spec.Rotaries[0]!.Theta);
    }

    [Fact]
    public void Read_Qwen3Moe_IsDenseWhereItSaysSo()
    {
        var spec = Configs.Read("Qwen3MoeForCausalLM", """
            {"num_hidden_layers":4,"mlp_only_layers":[3],"decoder_sparse_step":2,"num_experts":6,
             "num_experts_per_tok":3,"moe_intermediate_size":32,"norm_topk_prob":true}
            """);

        Assert.Equal([null, new MoeSpec { Experts = 6, Top = 3, Width = 32, Normalize = true }, null, null], spec.Experts);
        Assert.Equal(QueryKeyNorm.Head, spec.QueryKeyNorm);
        Assert.Equal(new MoeSpec { Experts = 128, Top = 8, Width = 768 }, Configs.Read("Qwen3MoeForCausalLM").ExpertsOf(0));
    }

    [Fact]
    public void Read_Qwen2Moe_HasASharedExpertBehindAGate()
    {
        var spec = Configs.Read(
            "Qwen2MoeForCausalLM", """{"num_key_value_heads":2,"shared_expert_intermediate_size":48,"moe_intermediate_size":16}""");

        Assert.Equal(new MoeSpec { Experts = 60, Top = 4, Width = 16, SharedWidth = 48, SharedGate = true }, spec.ExpertsOf(0));
        Assert.True(spec.QueryKeyValueBias);
    }

    [Fact]
    public void Read_Olmoe_NormsWholeProjections()
    {
        var spec = Configs.Read("OlmoeForCausalLM", """{"clip_qkv":null}""");

        Assert.Equal((new MoeSpec { Experts = 64, Top = 8, Width = 128 }, QueryKeyNorm.Whole), (spec.ExpertsOf(0), spec.QueryKeyNorm));
        Assert.Contains("clip_qkv is 8", Configs.Refusal("OlmoeForCausalLM", """{"clip_qkv":8}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GraniteMoe_CutsTheMatricesOfAllExperts()
    {
        var spec = Configs.Read("GraniteMoeSharedForCausalLM", """{"shared_intermediate_size":24,"num_experts_per_tok":3}""");

        Assert.Equal(new MoeSpec { Experts = 8, Top = 3, Width = 128, Score = RouterScore.SoftmaxTop, SharedWidth = 24 }, spec.ExpertsOf(0));
        Assert.Equal(
            new WeightRecipe("model.layers.1.block_sparse_moe.input_linear.weight") { Expert = 2, Rows = new(128) },
            spec.Recipes[spec.Names.ExpertUp(1, 2) + ".weight"]);
        Assert.Equal(
            new WeightRecipe("model.layers.1.block_sparse_moe.output_linear.weight") { Expert = 2 },
            spec.Recipes[spec.Names.ExpertDown(1, 2) + ".weight"]);
        Assert.Equal(24, spec.Recipes[spec.Names.SharedUp(0) + ".weight"].Rows!.Offset);
        Assert.Equal(0, Configs.Read("GraniteMoeForCausalLM").ExpertsOf(0)!.SharedWidth);
        Assert.Contains(
            "shared_intermediate_size must be at most",
            Configs.Refusal("GraniteMoeSharedForCausalLM", """{"shared_intermediate_size":2000000000}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"rope\"", true)]
    [InlineData("\"nope\"", false)]
    [InlineData("null", false)]
    public void Read_GraniteMoeHybridOfAttention_HasPositionsWhereItSaysSo(string type, bool expected)
    {
        var spec = Configs.Read("GraniteMoeHybridForCausalLM", $$"""
            {"layer_types":["attention","attention"],"position_embedding_type":{{type}},"rope_theta":5000,"mamba_d_state":128,
             "num_local_experts":4,"num_experts_per_tok":2,"shared_intermediate_size":24,"attention_multiplier":0.25,"logits_scaling":4}
            """);

        Assert.Equal(expected ? new RotarySpec(5000) : null, spec.Rotaries[1]);
        Assert.Equal(new MoeSpec { Experts = 4, Top = 2, Width = 128, Score = RouterScore.SoftmaxTop, SharedWidth = 24 }, spec.ExpertsOf(1));
        Assert.Equal((0.25f, 0.25f), (spec.AttentionScale, spec.LogitScale));
    }

    [Fact]
    public void Read_GraniteMoeHybridWithoutExperts_IsDenseOfTheSharedWidth()
    {
        var spec = Configs.Read(
            "GraniteMoeHybridForCausalLM", """{"layer_types":["attention","attention"],"num_local_experts":0,"shared_intermediate_size":24}""");

        Assert.Null(spec.ExpertsOf(0));
        Assert.Equal((24, "model.layers.1.shared_mlp.output_linear"), (spec.FeedForwardSize, spec.Names.Down(1)));
        Assert.Equal(
            new WeightRecipe("model.layers.1.shared_mlp.input_linear.weight") { Rows = new(24) }, spec.Recipes[spec.Names.Up(1) + ".weight"]);
    }

    [Theory]
    [InlineData("{}", "lacks layer_types")]
    [InlineData("""{"layer_types":["attention","mamba"]}""", "layer_types has 'mamba', which is not supported for GraniteMoeHybridForCausalLM")]
    [InlineData("""{"layer_types":["attention"]}""", "1 entries for 2 layers")]
    [InlineData("""{"layer_types":["attention","attention"],"position_embedding_type":"alibi"}""", "position_embedding_type 'alibi'")]
    [InlineData("""{"layer_types":["attention","attention"],"num_local_experts":0,"shared_intermediate_size":0}""", "shared_intermediate_size")]
    public void Read_GraniteMoeHybridOfOtherLayers_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("GraniteMoeHybridForCausalLM", changes), StringComparison.Ordinal);

    [Fact]
    public void Read_Ernie4_5Moe_ChoosesBySoftmaxAndBias_InAStretchOfLayers()
    {
        var spec = Configs.Read("Ernie4_5_MoeForCausalLM", """
            {"num_hidden_layers":6,"moe_num_experts":8,"moe_k":3,"moe_intermediate_size":16,"moe_num_shared_experts":2,"moe_layer_start_index":1,
             "moe_layer_end_index":4,"moe_layer_interval":2,"moe_gate_act":"softmax","num_experts_per_tok":7}
            """);

        var experts = new MoeSpec
        {
            Experts = 8, Top = 3, Width = 16, SelectionBias = true, Normalize = true, NormalizeEpsilon = 1e-12f, SharedWidth = 32,
        };
        Assert.Equal([null, experts, null, experts, null, null], spec.Experts);
        Assert.Equal(new RotarySpec(500_000) { Interleaved = true }, spec.Rotaries[0]);
        Assert.True(spec.TiedEmbeddings);
        Assert.Equal(
            new WeightRecipe("model.layers.3.mlp.moe_statics.e_score_correction_bias") { Expert = 0 }, spec.Recipes[spec.Names.SelectionBias(3)]);
        Assert.Equal(2, spec.Recipes.Count);
        var toTheEnd = Configs.Read("Ernie4_5_MoeForCausalLM", """{"num_hidden_layers":3,"moe_layer_end_index":-1}""");
        Assert.Equal([null, 64, 64], toTheEnd.Experts.Select(layer => layer?.Experts));
    }

    [Theory]
    [InlineData("""{"use_bias":true}""", "use_bias is true")]
    [InlineData("""{"moe_gate_act":"sigmoid"}""", "moe_gate_act 'sigmoid'")]
    [InlineData("""{"moe_k":65}""", "moe_k (65) must be at most moe_num_experts (64)")]
    public void Read_Ernie4_5MoeThatIsNotUnderstood_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("Ernie4_5_MoeForCausalLM", changes), StringComparison.Ordinal);

    [Fact]
    public void Read_GptOss_AlternatesGateAndUp_AndHasSinks()
    {
        var spec = Configs.Read(
            "GptOssForCausalLM",
            """
            {"num_local_experts":4,"num_experts_per_tok":2,"sliding_window":8,"rope_scaling":{"rope_type":"yarn","factor":32,"truncate":false}}
            """);

        Assert.Equal(
            new MoeSpec { Experts = 4, Top = 2, Width = 128, Score = RouterScore.SoftmaxTop, RouterBias = true, ExpertBias = true },
            spec.ExpertsOf(0));
        Assert.True(spec is { AttentionSinks: true, QueryKeyValueBias: true, OutputBias: true, Activation: Activation.ClampedSwiglu });
        Assert.Equal([8, null], spec.AttentionWindows);
        Assert.Equal(
            new WeightRecipe("model.layers.0.mlp.experts.gate_up_proj") { Expert = 3, Transposed = true, Rows = new(1, 1, 2) },
            spec.Recipes[spec.Names.ExpertUp(0, 3) + ".weight"]);
        Assert.Equal(
            new WeightRecipe("model.layers.0.mlp.experts.gate_up_proj_bias") { Expert = 3, Rows = new(0, 1, 2) },
            spec.Recipes[spec.Names.ExpertGate(0, 3) + ".bias"]);
        Assert.Contains("swiglu_limit", Configs.Refusal("GptOssForCausalLM", """{"swiglu_limit":5}"""), StringComparison.Ordinal);
        Assert.Contains("lacks rope_scaling", Configs.Refusal("GptOssForCausalLM", "{}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Glm4Moe_ChoosesByBias_BehindDenseLayers()
    {
        var spec = Configs.Read("Glm4MoeForCausalLM", """
            {"n_routed_experts":8,"num_experts_per_tok":3,"moe_intermediate_size":16,"n_shared_experts":2,
             "n_group":4,"topk_group":2,"routed_scaling_factor":2.5,"use_qk_norm":true}
            """);

        Assert.Equal([null, s_inGroups], spec.Experts);
        Assert.Equal(new RotarySpec(10_000) { Dimensions = 8 }, spec.Rotaries[0]);
        Assert.True(spec is { QueryKeyNorm: QueryKeyNorm.Head, QueryKeyValueBias: false, OutputBias: false });
    }

    [Fact]
    public void Read_Dots1_HasQwen3sAttention_AndDeepSeekV3sExperts()
    {
        var spec = Configs.Read("Dots1ForCausalLM", """
            {"first_k_dense_replace":1,"n_routed_experts":8,"num_experts_per_tok":3,"moe_intermediate_size":16,"n_shared_experts":2,"n_group":4,
             "topk_group":2,"norm_topk_prob":true,"routed_scaling_factor":2.5,"scoring_func":"noaux_tc","sliding_window":8,
             "layer_types":["sliding_attention","full_attention"]}
            """);

        Assert.Equal([null, s_inGroups], spec.Experts);
        Assert.Equal([8, null], spec.AttentionWindows);
        Assert.True(spec is { QueryKeyNorm: QueryKeyNorm.Head, QueryKeyValueBias: false, OutputBias: false, TiedEmbeddings: false });
        Assert.Equal("model.layers.1.mlp.shared_experts.down_proj", spec.Names.SharedDown(1));
    }

    [Fact]
    public void Read_Dots1WithoutFields_TakesTheClasss()
    {
        const string Experts = """{"n_routed_experts":8,"num_experts_per_tok":3""";
        var spec = Configs.Read("Dots1ForCausalLM", Experts + ""","num_attention_heads":32}""", without: "num_key_value_heads");

        Assert.Equal(32, spec.KeyValueHeadCount);
        Assert.Equal(
            new MoeSpec
            {
                Experts = 8, Top = 3, Width = 1408, Score = RouterScore.Sigmoid, SelectionBias = true, NormalizeEpsilon = 1e-20f,
                GroupScore = GroupScore.SumOfTwoBest,
            },
            spec.ExpertsOf(0));
        Assert.Equal([null, null], spec.AttentionWindows);
        Assert.Equal([null, 4096], Configs.Read("Dots1ForCausalLM", Experts + ""","max_window_layers":1}""").AttentionWindows);
        Assert.Equal(
            [null, null],
            Configs.Read("Dots1ForCausalLM", Experts + ""","max_window_layers":1,"sliding_window":null}""").AttentionWindows);
    }

    [Theory]
    [InlineData("""{"num_experts_per_tok":3}""", "lacks n_routed_experts")]
    [InlineData("""{"n_routed_experts":8}""", "lacks num_experts_per_tok")]
    [InlineData("""{"n_routed_experts":8,"num_experts_per_tok":3,"scoring_func":"softmax"}""", "scoring_func 'softmax'")]
    [InlineData("""{"n_routed_experts":8,"num_experts_per_tok":3,"use_sliding_window":true}""", "use_sliding_window is true")]
    public void Read_Dots1ThatIsNotUnderstood_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("Dots1ForCausalLM", changes), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"n_routed_experts":8,"n_group":3}""")]
    [InlineData("""{"n_routed_experts":8,"num_experts_per_tok":3,"n_group":4,"topk_group":1}""")]
    [InlineData("""{"n_routed_experts":8,"n_group":8,"topk_group":8}""")]
    [InlineData("""{"n_routed_experts":8,"n_group":2,"topk_group":3}""")]
    public void Read_GroupsThatDoNotFit_AreRefused(string changes) =>
        Assert.Contains("do not fit 8 experts", Configs.Refusal("Glm4MoeForCausalLM", changes), StringComparison.Ordinal);

    [Fact]
    public void Read_MiniMaxM2_RotatesWhatRotaryDimSays()
    {
        var spec = Configs.Read(
            "MiniMaxM2ForCausalLM",
            """
            {"head_dim":32,"rotary_dim":16,"num_local_experts":4,"num_experts_per_tok":2,
             "scoring_func":"sigmoid","use_routing_bias":true,"attn_type_list":[1,1]}
            """);

        Assert.Equal(
            new MoeSpec { Experts = 4, Top = 2, Width = 128, Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true },
            spec.ExpertsOf(1));
        Assert.Equal((QueryKeyNorm.Whole, 16), (spec.QueryKeyNorm, spec.Rotaries[0]!.Dimensions));
        Assert.Contains("scoring_func", Configs.Refusal("MiniMaxM2ForCausalLM", """{"scoring_func":"softmax"}"""), StringComparison.Ordinal);
        Assert.Contains("attn_type_list", Configs.Refusal("MiniMaxM2ForCausalLM", """{"attn_type_list":[1,0]}"""), StringComparison.Ordinal);
        Assert.Contains("rotary_dim must be even", Configs.Refusal("MiniMaxM2ForCausalLM", """{"rotary_dim":15}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Llama4_HasChunksAndPositionsOnThreeLayersOfFour()
    {
        var spec = Configs.Read("Llama4ForCausalLM", """
            {"num_hidden_layers":4,"intermediate_size_mlp":96,"interleave_moe_layer_step":2,
             "attention_chunk_size":32,"floor_scale":16,"attn_temperature_tuning":4,"no_rope_layers":[]}
            """);

        Assert.Equal([32, 32, 32, null], spec.AttentionChunks);
        Assert.Equal([true, true, true, false], spec.Rotaries.Select(rotary => rotary is { Interleaved: true }));
        Assert.Equal([null, null, null, new QueryTemperature(0.1, 16, 1)], spec.QueryTemperatures);
        Assert.Equal([null, 16, null, 16], spec.Experts.Select(experts => experts?.Experts));
        Assert.Equal(
            new MoeSpec { Experts = 16, Top = 1, Width = 128, Score = RouterScore.Sigmoid, ScaleInput = true, SharedWidth = 128 },
            spec.ExpertsOf(1));
        Assert.Equal((96, 128, QueryKeyNorm.WeightlessAfterRotary), (spec.FeedForwardSize, spec.HeadDim, spec.QueryKeyNorm));
        Assert.Equal(
            new WeightRecipe("model.layers.1.feed_forward.experts.gate_up_proj") { Expert = 5, Transposed = true, Rows = new(128) },
            spec.Recipes[spec.Names.ExpertUp(1, 5) + ".weight"]);
    }

    [Fact]
    public void Read_Llama4sLists_HoldWhereTheyAreThere()
    {
        var spec = Configs.Read(
            "Llama4ForCausalLM",
            """
            {"no_rope_layers":[0,1],"moe_layers":[0],"layer_types":["full_attention",
             "chunked_attention"],"attn_temperature_tuning":false,"use_qk_norm":false}
            """);

        Assert.Equal([null, 8192], spec.AttentionChunks);
        Assert.Equal([true, false], spec.Rotaries.Select(rotary => rotary is null));
        Assert.Equal([null, null], spec.QueryTemperatures);
        Assert.Equal([false, true], spec.Experts.Select(experts => experts is null));
        Assert.Equal(QueryKeyNorm.None, spec.QueryKeyNorm);
    }

    [Theory]
    [InlineData("""{"no_rope_layers":[1]}""", "1 entries for 2 layers")]
    [InlineData("""{"layer_types":["full_attention"]}""", "1 entries for 2 layers")]
    [InlineData("""{"layer_types":["full_attention","sliding_attention"]}""", "'sliding_attention'")]
    [InlineData("""{"floor_scale":0.5}""", "floor_scale must be a whole number")]
    public void Read_Llama4sListsThatDoNotFit_AreRefused(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("Llama4ForCausalLM", changes), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"num_local_experts":4097}""", "num_local_experts must be a whole number from 1 to 4096")]
    [InlineData("""{"num_local_experts":4096,"num_hidden_layers":4096}""", "at most 65536 experts")]
    [InlineData("""{"num_local_experts":4,"num_experts_per_tok":5}""", "num_experts_per_tok (5) must be at most num_local_experts (4)")]
    public void Read_ExpertsBeyondBounds_AreRefused(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("MixtralForCausalLM", changes), StringComparison.Ordinal);

    [Fact]
    public void Read_SharedExpertsBeyondBounds_AreRefused() =>
        Assert.Contains("n_shared_experts", Configs.Refusal("Glm4MoeForCausalLM", """{"n_shared_experts":2000000000}"""), StringComparison.Ordinal);
}
