using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Families with latent attention.</summary>
public sealed class LatentFamiliesTests
{
    private const string Widths = "\"kv_lora_rank\":24,\"qk_nope_head_dim\":16,\"qk_rope_head_dim\":8,\"v_head_dim\":12";

    [Fact]
    public void Read_DeepSeekV3WithoutFields_TakesTheClasss()
    {
        var spec = Configs.Read("DeepseekV3ForCausalLM", $$"""{"num_hidden_layers":4,{{Widths}}}""");

        Assert.Equal([null, null, null, 256], spec.Experts.Select(experts => experts?.Experts));
        Assert.Equal(
            new MoeSpec
            {
                Experts = 256, Top = 8, Width = 2048, Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true,
                NormalizeEpsilon = 1e-20f, Scale = 2.5f, SharedWidth = 2048, Groups = 8, TopGroups = 4, GroupScore = GroupScore.SumOfTwoBest,
            },
            spec.ExpertsOf(3));
        Assert.Equal(1536, spec.Latent!.QueryRank);
        Assert.Null(Configs.Read("DeepseekV3ForCausalLM", $$"""{"q_lora_rank":null,{{Widths}}}""").Latent!.QueryRank);
    }

    [Fact]
    public void Read_DeepSeekV2WithoutFields_TakesTheClasss()
    {
        var spec = Configs.Read("DeepseekV2ForCausalLM", $$"""{"num_experts_per_tok":6,{{Widths}}}""");

        Assert.Equal(new MoeSpec { Experts = 64, Top = 6, Width = 1407, SharedWidth = 2814 }, spec.ExpertsOf(0));
        Assert.Contains(
            "lacks num_experts_per_tok", Configs.Refusal("DeepseekV2ForCausalLM", $$"""{{{Widths}}}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HeadsThatDoNotDivideTheWidth_AreTaken()
    {
        var spec = Configs.Read("DeepseekV3ForCausalLM", $$"""{"hidden_size":66,"num_attention_heads":6,{{Widths}}}""");    // 66 / 6 is odd

        Assert.Equal((32, new RotarySpec(10_000) { Dimensions = 8, Interleaved = true }), (spec.HeadDim, spec.Rotaries[0]));
    }

    [Fact]
    public void Read_Glm4MoeLite_IsDeepSeekV3WithItsOwnDefaults()
    {
        var spec = Configs.Read("Glm4MoeLiteForCausalLM", $$"""
            {"num_hidden_layers":3,"first_k_dense_replace":1,"topk_method":"noaux_tc","partial_rotary_factor":1.0,"num_nextn_predict_layers":1,
             {{Widths}}}
            """);

        Assert.Equal([null, 64, 64], spec.Experts.Select(experts => experts?.Experts));
        Assert.Equal(
            new MoeSpec
            {
                Experts = 64, Top = 4, Width = 1536, Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true,
                NormalizeEpsilon = 1e-20f, Scale = 1.8f, SharedWidth = 1536, GroupScore = GroupScore.SumOfTwoBest,
            },
            spec.ExpertsOf(2));
        Assert.Equal(
            new LatentSpec { QueryRank = 768, KeyValueRank = 24, PlainWidth = 16, RotatedWidth = 8, ValueWidth = 12, NormEpsilon = 1e-6f },
            spec.Latent);
        Assert.Equal((1, new RotarySpec(10_000) { Dimensions = 8, Interleaved = true }), (spec.PredictionLayerCount, spec.Rotaries[0]));
        Assert.Equal((float)(1 / Math.Sqrt(24)), spec.AttentionScale);
    }

    [Fact]
    public void Read_Glm4MoeLitesLayerTypes_SayWhichLayersHaveExperts()
    {
        var spec = Configs.Read("Glm4MoeLiteForCausalLM", $$"""{"mlp_layer_types":["sparse","dense"],{{Widths}}}""");

        Assert.Equal([64, null], spec.Experts.Select(experts => experts?.Experts));
    }

    [Theory]
    [InlineData("""{"first_k_dense_replace":2,""", "first_k_dense_replace is 2")]
    [InlineData("""{"mlp_layer_types":["sparse","dense"],"first_k_dense_replace":1,""", "first_k_dense_replace is 1")]
    [InlineData("""{"mlp_layer_types":["sparse"],""", "1 entries for 2 layers")]
    [InlineData("""{"mlp_layer_types":["sparse","shared"],""", "'shared'")]
    [InlineData("""{"attention_bias":true,""", "attention_bias is true")]
    [InlineData("""{"topk_method":"greedy",""", "topk_method 'greedy' is not supported for Glm4MoeLiteForCausalLM; supported: noaux_tc.")]
    [InlineData("""{"partial_rotary_factor":0.5,""", "partial_rotary_factor must be 1")]
    public void Read_Glm4MoeLiteThatIsNotUnderstood_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("Glm4MoeLiteForCausalLM", changes + Widths + "}"), StringComparison.Ordinal);
}
