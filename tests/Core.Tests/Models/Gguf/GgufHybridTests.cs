using Rill.Models;
using Rill.Models.Gguf;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>What metadata of architectures with a state become.</summary>
public sealed class GgufHybridTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_Qwen35_HasTiledValueHeadsAndRatesWithoutLogarithm()
    {
        var spec = Spec(Delta("qwen35"));

        Assert.Equal([s_delta with { TiledValueHeads = true }, null], spec.Mixers);
        Assert.Equal((0f, QueryKeyNorm.Head, true, 4), (spec.NormOffset, spec.QueryKeyNorm, spec.OutputGate, spec.Rotaries[1]!.Rotated(8)));
        Assert.Equal(("output_norm.weight", "blk.1.post_attention_norm.weight"), (spec.Names.FinalNorm, spec.Names.FeedForwardNorm(1)));
        Assert.Equal(new WeightRecipe("blk.0.attn_qkv.weight") { Rows = new(16) }, spec.Recipes[spec.Names.Of(0, spec.Names.DeltaNet.Value) + ".weight"]);
        Assert.Equal(new WeightRecipe("blk.1.attn_q.weight") { Rows = new(8, 8, 16) }, spec.Recipes[spec.Names.OutputGate(1) + ".weight"]);
    }

    [Fact]
    public void Read_Qwen35WithoutRotaryWidth_TurnsWholeHeads() =>
        Assert.Equal(8, Spec(Delta("qwen35", without: "rope.dimension_count")).Rotaries[1]!.Rotated(8));

    [Fact]
    public void Read_Qwen35Moe_HasExpertsAndASharedOne()
    {
        var spec = Spec(Delta("qwen35moe"));

        Assert.Equal(new MoeSpec { Experts = 4, Top = 2, Width = 24, Normalize = true, SharedWidth = 16, SharedGate = true }, spec.ExpertsOf(1));
        Assert.Equal(new WeightRecipe("blk.0.ffn_up_exps.weight") { Expert = 3 }, spec.Recipes[spec.Names.ExpertUp(0, 3) + ".weight"]);
    }

    [Fact]
    public void Read_Qwen3Next_CutsBetaAndDecayByKeyHead()
    {
        var spec = Spec(Delta("qwen3next").WithFloats("blk.0.ssm_ba.weight", [1], 0));

        Assert.Equal([s_delta, null], spec.Mixers);
        Assert.Equal(new WeightRecipe("blk.0.ssm_ba.weight") { Rows = new(3, 3, 6) }, spec.Recipes["blk.0.ssm_alpha.weight"]);
        Assert.Equal(new WeightRecipe("blk.0.attn_qkv.weight") { Rows = new(8) }, spec.Recipes[spec.Names.Of(0, spec.Names.DeltaNet.Key) + ".weight"]);
        Assert.DoesNotContain("blk.0.attn_gate.weight", spec.Recipes.Keys);
    }

    [Fact]
    public void Read_Qwen3NextInItsFirstForm_CutsAllProjectionsByKeyHead()
    {
        var spec = Spec(Delta("qwen3next").WithFloats("blk.0.ssm_ba.weight", [1], 0).WithFloats("blk.0.ssm_in.weight", [1], 0));

        // A key head's rows: 4 of its query, 4 of its key, 3 * 8 of values, 3 * 8 of gates.
        Assert.Equal(new WeightRecipe("blk.0.ssm_in.weight") { Rows = new(32, 24, 56) }, spec.Recipes["blk.0.attn_gate.weight"]);
    }

    [Fact]
    public void Read_Lfm2_HasAttentionWhereThereAreHeadsOfKeys()
    {
        var spec = Spec(Convolutions("lfm2", 0, 2).With("lfm2.rope.freq_base", 5e5f));

        Assert.Equal([new ShortConvSpec(32) { Taps = 3 }, null], spec.Mixers);
        Assert.Equal((48, 2, 1e-5f, 5e5), (spec.FeedForwardSize, spec.KeyValueHeadCount, spec.NormEpsilon, spec.Rotaries[1]!.Theta));
        Assert.Equal("token_embd_norm.weight", spec.Names.FinalNorm);
        Assert.Contains(("blk.0.shortconv.conv.weight", "32,1,3"), DecoderTensors.Of(spec).Select(tensor => (tensor.Name, string.Join(',', tensor.Shape))));
    }

    [Fact]
    public void Read_Lfm2Moe_HasDenseLayersFirst()
    {
        var spec = Spec(Convolutions("lfm2moe", 0, 2).With("lfm2moe.leading_dense_block_count", 1).With("lfm2moe.expert_gating_func", 2).With("lfm2moe.expert_weights_scale", 2f));

        var experts = new MoeSpec
        {
            Experts = 4, Top = 2, Width = 24, Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true, NormalizeEpsilon = 1e-6f, Scale = 2,
        };
        Assert.Equal([null, experts], spec.Experts);
        Assert.Equal("blk.1.exp_probs_b.bias", spec.Names.SelectionBias(1));
    }

    [Theory]
    [InlineData("qwen35", @"blk\.[01]\.(attn|ffn|ssm|post_attention)_?[a-z_]*(\.weight|\.bias)?|blk\.0\.ssm_conv1d\.weight")]
    [InlineData("qwen3next", @"blk\.[01]\.(attn|ffn|ssm|post_attention)_?[a-z_]*(\.weight|\.bias)?|blk\.0\.ssm_conv1d\.weight")]
    [InlineData("lfm2", @"blk\.[01]\.((attn|ffn)_[a-z_]+|shortconv\.(in_proj|conv|out_proj))\.weight")]
    public void Read_EveryArchitecture_HasOnlyGgufsNames(string architecture, string layers)
    {
        var spec = Spec(architecture == "lfm2" ? Convolutions(architecture, 0, 2) : Delta(architecture));

        Assert.All(DecoderTensors.Of(spec).Select(tensor => spec.Recipes.TryGetValue(tensor.Name, out var recipe) ? recipe.Name : tensor.Name), name =>
            Assert.Matches($"^(token_embd\\.weight|output_norm\\.weight|token_embd_norm\\.weight|{layers})$", name));
    }

    [Fact]
    public void Open_Convolutions_HaveTheirDimensionOfOne()
    {
        File.WriteAllBytes(_directory.File("m.gguf"), Delta("qwen35").WithFloats("blk.0.ssm_conv1d.weight", [4, 64], new float[256]).WithFloats("blk.1.shortconv.conv.weight", [3, 32], new float[96]).ToArray());
        using var files = ModelFiles.InDirectory(_directory.Path);
        using var source = GgufSource.Open(files, "m.gguf");

        Assert.Equal([64L, 1, 4], source.Tensors["blk.0.ssm_conv1d.weight"].Shape);
        Assert.Equal([32L, 1, 3], source.Tensors["blk.1.shortconv.conv.weight"].Shape);
    }

    [Fact]
    public void KeyHeadOf_TiledOrGrouped_IsThatWhichServes()
    {
        Assert.Equal([0, 0, 0, 1, 1, 1], Enumerable.Range(0, 6).Select(s_delta.KeyHeadOf));
        Assert.Equal([0, 1, 0, 1, 0, 1], Enumerable.Range(0, 6).Select((s_delta with { TiledValueHeads = true }).KeyHeadOf));
    }

    [Theory]
    [InlineData("lfm2", "attention.head_count_kv", new[] { 2 }, "lfm2.attention.head_count_kv has 1 items for 2 layers")]
    [InlineData("lfm2", "attention.head_count_kv", new[] { 0, 0 }, "lfm2.attention.head_count_kv must have one positive number")]
    [InlineData("lfm2", "attention.head_count_kv", new[] { 4, 2 }, "lfm2.attention.head_count_kv must have one positive number")]
    [InlineData("lfm2", "attention.head_count_kv", new[] { -1, 2 }, "lfm2.attention.head_count_kv must hold")]
    [InlineData("lfm2", "block_count", int.MaxValue, "lfm2.block_count must leave from 1 to 4096 layers")]
    [InlineData("lfm2", "block_count", 0, "lfm2.block_count must leave from 1 to 4096 layers")]
    [InlineData("lfm2", "attention.sliding_window", 8, "sliding_window is 8, which is not supported for Lfm2ForCausalLM")]
    [InlineData("lfm2", "shortconv.l_cache", 1, "conv_L_cache must be from 2")]
    [InlineData("lfm2moe", "expert_gating_func", 1, "lfm2moe.expert_gating_func is 1, which is not supported")]
    [InlineData("qwen35", "ssm.inner_size", 47, "qwen35.ssm.inner_size (47) must be a multiple of ssm.time_step_rank (6)")]
    [InlineData("qwen35", "ssm.time_step_rank", 0, "qwen35.ssm.inner_size (48) must be a multiple of ssm.time_step_rank (0)")]
    [InlineData("qwen35", "ssm.group_count", 5, "linear_num_value_heads (6) must be a multiple of linear_num_key_heads (5)")]
    [InlineData("qwen35", "full_attention_interval", 0, "full_attention_interval must be a positive whole number")]
    public void Read_WhatCannotBe_IsRefusedByName(string architecture, string name, object value, string expected)
    {
        var writer = architecture == "qwen35" ? Delta(architecture, name) : Convolutions(architecture, name);
        Assert.Contains(expected, Refusal(writer.With($"{architecture}.{name}", value)), StringComparison.Ordinal);
    }

    private static readonly DeltaNetSpec s_delta =
        new() { Taps = 4, KeyHeads = 2, ValueHeads = 6, KeyWidth = 4, ValueWidth = 8, LogarithmicRates = false };

    /// <summary>A delta net and attention.</summary>
    private static GgufWriter Delta(string architecture, string without = "") => Facts(architecture, without,
        ("ssm.conv_kernel", 4), ("ssm.inner_size", 48), ("ssm.state_size", 4), ("ssm.time_step_rank", 6), ("ssm.group_count", 2), ("full_attention_interval", 2),
        ("rope.dimension_count", 4), ("expert_count", 4), ("expert_used_count", 2), ("expert_feed_forward_length", 24), ("expert_shared_feed_forward_length", 16));

    private static GgufWriter Convolutions(string architecture, params int[] heads) =>
        Convolutions(architecture, "attention.head_count_kv").With($"{architecture}.attention.head_count_kv", heads);

    private static GgufWriter Convolutions(string architecture, string without) => Facts(architecture, without,
        ("shortconv.l_cache", 3), ("expert_count", 4), ("expert_used_count", 2), ("expert_feed_forward_length", 24));

    private static GgufWriter Facts(string architecture, string without, params ReadOnlySpan<(string Name, int Value)> facts)
    {
        var writer = GgufModels.Of(architecture, without);
        foreach (var (name, value) in facts)
        {
            if (name != without)
            {
                writer.With($"{architecture}.{name}", value);
            }
        }

        return writer;
    }

    private DecoderSpec Spec(GgufWriter writer) => GgufModels.Spec(_directory, writer);

    private string Refusal(GgufWriter writer) => Assert.Throws<ModelFormatException>(() => Spec(writer)).Message;
}
