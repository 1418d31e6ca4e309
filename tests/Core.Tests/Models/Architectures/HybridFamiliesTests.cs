using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Families in which most layers have something else in attention's place.</summary>
public sealed class HybridFamiliesTests
{
    private const string Delta = """
        "linear_num_key_heads":2,"linear_num_value_heads":6,"linear_key_head_dim":4,"linear_value_head_dim":8
        """;

    private static readonly DeltaNetSpec s_delta = new() { Taps = 4, KeyHeads = 2, ValueHeads = 6, KeyWidth = 4, ValueWidth = 8 };

    [Fact]
    public void Read_Qwen35_HasAttentionInEveryFourthLayer()
    {
        var spec = Configs.Read("Qwen3_5ForCausalLM", $$"""{"num_hidden_layers":4,{{Delta}}}""");

        Assert.Equal([s_delta, s_delta, s_delta, null], spec.Mixers);
        Assert.Equal((1f, QueryKeyNorm.Head, true), (spec.NormOffset, spec.QueryKeyNorm, spec.OutputGate));
        Assert.Equal((256, 64), (spec.HeadDim, spec.Rotaries[3]!.Dimensions));
        Assert.Equal(new WeightRecipe("model.layers.0.linear_attn.in_proj_qkv.weight") { Rows = new(16) }, spec.Recipes["model.layers.0.linear_attn.v_proj.weight"]);
        Assert.Equal(
            new WeightRecipe("model.layers.3.self_attn.q_proj.weight") { Rows = new(256, 256, 512) }, spec.Recipes[spec.Names.OutputGate(3) + ".weight"]);
    }

    [Fact]
    public void Read_Qwen35_HonoursLayerTypesAndBiases()
    {
        var spec = Configs.Read("Qwen3_5ForCausalLM", $$"""{"layer_types":["full_attention","linear_attention"],"attention_bias":true,{{Delta}}}""");

        Assert.Equal([null, s_delta], spec.Mixers);
        Assert.Contains(("model.layers.0.self_attn.output_gate.bias", 1024L), Shapes(spec));
        Assert.DoesNotContain(Shapes(spec), tensor => tensor.Name.StartsWith("model.layers.1.self_attn", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_Qwen35WithoutGate_TakesWholeQueries()
    {
        var spec = Configs.Read("Qwen3_5ForCausalLM", $$"""{"num_hidden_layers":4,"attn_output_gate":false,{{Delta}}}""");

        Assert.False(spec.OutputGate);
        Assert.DoesNotContain("model.layers.3.self_attn.q_proj.weight", spec.Recipes.Keys);
    }

    [Fact]
    public void Read_Qwen3Next_TakesJoinedProjectionsApartByKeyHead()
    {
        var spec = Configs.Read("Qwen3NextForCausalLM", $$"""{"num_hidden_layers":4,{{Delta}}}""");

        // A key head's rows: 4 of its query, 4 of its key, 3 * 8 of values, 3 * 8 of gates.
        Assert.Equal(Joined("qkvz", new(8, 24, 56)), spec.Recipes["model.layers.0.linear_attn.v_proj.weight"]);
        Assert.Equal(Joined("qkvz", new(32, 24, 56)), spec.Recipes["model.layers.0.linear_attn.in_proj_z.weight"]);
        Assert.Equal(Joined("ba", new(3, 3, 6)), spec.Recipes["model.layers.0.linear_attn.in_proj_a.weight"]);
        Assert.Equal(
            new MoeSpec { Experts = 512, Top = 10, Width = 512, Normalize = true, SharedWidth = 512, SharedGate = true }, spec.ExpertsOf(0));

        static WeightRecipe Joined(string name, RowPattern rows) => new($"model.layers.0.linear_attn.in_proj_{name}.weight") { Rows = rows };
    }

    [Fact]
    public void Read_Qwen35Moe_CutsTheMatricesOfAllExperts()
    {
        var spec = Configs.Read("Qwen3_5MoeForCausalLM", $$"""{"num_hidden_layers":4,"moe_intermediate_size":16,{{Delta}}}""", without: "intermediate_size");

        Assert.Equal(new MoeSpec { Experts = 256, Top = 8, Width = 16, Normalize = true, SharedWidth = 512, SharedGate = true }, spec.ExpertsOf(3));
        Assert.Equal(
            new WeightRecipe("model.layers.1.mlp.experts.gate_up_proj") { Expert = 5, Rows = new(16) }, spec.Recipes[spec.Names.ExpertUp(1, 5) + ".weight"]);
    }

    [Fact]
    public void Read_Lfm2InItsFirstSpelling_IsRead()
    {
        var spec = Configs.Read("Lfm2ForCausalLM", """
            {"full_attn_idxs":[1],"block_ff_dim":66,"block_multiple_of":16,"theta":5000.0,"tie_embedding":false,"norm_eps":1e-3,"conv_L_cache":5}
            """);

        Assert.Equal([new ShortConvSpec(64) { Taps = 5 }, null], spec.Mixers);
        Assert.Equal((48, 5000.0, false, 1e-3f), (spec.FeedForwardSize, spec.Rotaries[1]!.Theta, spec.TiedEmbeddings, spec.NormEpsilon));
    }

    [Theory]
    [InlineData("""{"intermediate_size":12288}""", 8192)]
    [InlineData("""{"intermediate_size":12288,"block_auto_adjust_ff_dim":false}""", 12288)]
    [InlineData("""{"intermediate_size":12288,"block_ffn_dim_multiplier":null}""", 8192)]
    [InlineData("""{"intermediate_size":1000,"block_ffn_dim_multiplier":null}""", 666)]
    [InlineData("""{"intermediate_size":1000,"block_ffn_dim_multiplier":1.5}""", 1024)]
    public void Read_Lfm2_MakesTheWidthAsItsClassDoes(string changes, int expected)
    {
        var spec = Configs.Read("Lfm2ForCausalLM", changes);

        Assert.Equal((expected, true, 1e6), (spec.FeedForwardSize, spec.TiedEmbeddings, spec.Rotaries[0]!.Theta));
        Assert.Equal([null, null], spec.Mixers);    // where nothing is said, all layers have attention
    }

    [Fact]
    public void Read_Lfm2Moe_HasDenseLayersFirst()
    {
        var spec = Configs.Read("Lfm2MoeForCausalLM", """
            {"num_hidden_layers":3,"layer_types":["conv","full_attention","conv"],"conv_bias":true,"num_experts":8,"routed_scaling_factor":2.0}
            """);

        var experts = new MoeSpec
        {
            Experts = 8, Top = 4, Width = 1792, Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true, NormalizeEpsilon = 1e-6f, Scale = 2,
        };
        Assert.Equal([null, null, experts], spec.Experts);
        Assert.Equal("model.layers.2.feed_forward.experts.3.w3", spec.Names.ExpertUp(2, 3));
        Assert.Equal(128, spec.FeedForwardSize);
        Assert.Contains(("model.layers.0.conv.conv.bias", 64L), Shapes(spec));
    }

    [Theory]
    [InlineData("Qwen3_5ForCausalLM", """{"linear_num_value_heads":33}""", "linear_num_value_heads (33) must be a multiple of linear_num_key_heads (16)")]
    [InlineData("Qwen3_5ForCausalLM", """{"linear_num_value_heads":1024}""", "linear_num_value_heads must be a whole number from 1 to 256")]
    [InlineData("Qwen3_5ForCausalLM", """{"linear_conv_kernel_dim":1}""", "linear_conv_kernel_dim must be from 2")]
    [InlineData("Qwen3_5ForCausalLM", """{"num_hidden_layers":2}""", "at least one layer must be full_attention")]
    [InlineData("Qwen3NextForCausalLM", """{"layer_types":["full_attention","mamba"]}""", "the layer type 'mamba' is not supported here")]
    [InlineData("Qwen3NextForCausalLM", """{"layer_types":["full_attention"]}""", "layer_types has 1 entries for 2 layers")]
    [InlineData("Lfm2ForCausalLM", """{"conv_dim":32}""", "conv_dim (32) must be hidden_size (64)")]
    [InlineData("Lfm2ForCausalLM", """{"use_pos_enc":false}""", "use_pos_enc is false")]
    [InlineData("Lfm2ForCausalLM", """{"block_ffn_dim_multiplier":1e30}""", "make a feed-forward of")]
    [InlineData("LlamaForCausalLM", """{"attn_output_gate":true}""", "attn_output_gate is true")]
    [InlineData("LlamaForCausalLM", """{"linear_num_key_heads":16}""", "linear_num_key_heads is 16")]
    [InlineData("LlamaForCausalLM", """{"full_attn_idxs":[1]}""", "full_attn_idxs is [1]")]
    public void Read_WhatCannotBe_IsRefusedByName(string architecture, string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal(architecture, changes), StringComparison.Ordinal);

    private static List<(string Name, long First)> Shapes(DecoderSpec spec) => [.. DecoderTensors.Of(spec).Select(tensor => (tensor.Name, tensor.Shape[0]))];
}
