using Rill.Models;
using Rill.Models.Architectures.PerLayer;
using Rill.Models.Rotary;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Families whose layers differ from one another: Gemma 3n and Gemma 4.</summary>
public sealed class PerLayerFamiliesTests
{
    private const string Gemma4 = "Gemma4ForCausalLM";
    private const string Gemma3n = "Gemma3nForCausalLM";
    private const string FourLayers = """
        "num_hidden_layers":4,"layer_types":["sliding_attention","full_attention","sliding_attention","full_attention"]
        """;

    [Fact]
    public void Read_Gemma4_HasWiderHeadsWhereItAttendsToEverything()
    {
        var spec = Configs.Read(Gemma4, $$"""{{{FourLayers}},"head_dim":16,"global_head_dim":32,"attention_k_eq_v":true,"num_global_key_value_heads":1}""");

        Assert.Equal([16, 32, 16, 32], spec.HeadDims);
        Assert.Equal([2, 1, 2, 1], spec.KeyValueHeadCounts);
        Assert.Equal([false, true, false, true], spec.ValuesFromKeyProjection);
        Assert.Equal([512, null, 512, null], spec.AttentionWindows);
        Assert.Equal(new RotarySpec(1e6) { Scaling = new ProportionalRotaryScaling(0.25) }, spec.Rotaries[1]);
        Assert.Equal(new RotarySpec(1e4), spec.Rotaries[2]);
        Assert.DoesNotContain(DecoderTensors.Of(spec), tensor => tensor.Name == spec.Names.Value(1) + ".weight");
        Assert.Contains(DecoderTensors.Of(spec), tensor => tensor.Name == spec.Names.Key(1) + ".weight" && tensor.Shape is [32, 64]);
    }

    [Fact]
    public void Read_Gemma4_DefaultsAreItsClasses()
    {
        var spec = Configs.Read(Gemma4, """{"num_hidden_layers":7}""");

        Assert.Equal([512, 512, 512, 512, 512, null, null], spec.AttentionWindows);    // every sixth layer and the last
        Assert.Equal([256, 256, 256, 256, 256, 512, 512], spec.HeadDims);
        Assert.All(Enumerable.Range(0, 7), layer => Assert.Equal(2, spec.KeyValueHeadsOf(layer)));
        Assert.Equal(new PerLayerInputSpec(256, 262_144), spec.PerLayerInputs);
        Assert.Equal((true, true, 1f, 8f, null), (spec.TiedEmbeddings, spec.ValueNorm, spec.AttentionScale, spec.EmbeddingScale, spec.LogitSoftCap));
        Assert.Empty(spec.Experts);
    }

    [Fact]
    public void Read_Gemma4Unified_HasNoPerLayerInputsAndAWiderWindow()
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Parse("""
            {"architectures":["Gemma4UnifiedForConditionalGeneration"],"text_config":{"num_hidden_layers":2,"hidden_size":64,"intermediate_size":96}}
            """));

        Assert.Null(spec.PerLayerInputs);
        Assert.Equal([1024, null], spec.AttentionWindows);
        Assert.Equal(262_144, spec.ContextLength);
        Assert.Contains("model.vision_embedder.", spec.PassedOver);
    }

    [Fact]
    public void Read_SharedKeyValues_AreThoseOfTheLastLayerOfTheirKind()
    {
        var spec = Configs.Read(Gemma4, """
            {"num_hidden_layers":6,"num_kv_shared_layers":3,"use_double_wide_mlp":true,
             "layer_types":["sliding_attention","full_attention","sliding_attention","sliding_attention","full_attention","full_attention"]}
            """);

        Assert.Equal([0, 1, 2, 2, 1, 1], spec.KeyValueSources);
        Assert.Equal([128, 128, 128, 256, 256, 256], spec.FeedForwardSizes);
        Assert.DoesNotContain(DecoderTensors.Of(spec), tensor => tensor.Name == spec.Names.Key(3) + ".weight" || tensor.Name == spec.Names.KeyNorm(3));
        Assert.Contains(DecoderTensors.Of(spec), tensor => tensor.Name == spec.Names.QueryNorm(3));
    }

    [Fact]
    public void Read_Gemma4Moe_TakesExpertsOutOfStacks()
    {
        var spec = Configs.Read(Gemma4, """{"enable_moe_block":true,"num_experts":6,"top_k_experts":2,"moe_intermediate_size":24}""");

        Assert.Equal(new MoeSpec { Experts = 6, Top = 2, Width = 24, Score = RouterScore.SoftmaxTop, BesideDense = true }, spec.ExpertsOf(1));
        Assert.Equal(
            new WeightRecipe("model.layers.1.experts.gate_up_proj") { Expert = 5, Rows = new(24) },
            spec.Recipes[spec.Names.ExpertUp(1, 5) + ".weight"]);
        Assert.Contains(DecoderTensors.Of(spec), tensor => tensor.Name == "model.layers.1.mlp.gate_proj.weight");
        Assert.Contains(DecoderTensors.Of(spec), tensor => tensor.Name == "model.layers.1.router.per_expert_scale" && tensor.Shape is [6]);
    }

    [Theory]
    [InlineData("""{"num_kv_shared_layers":2}""", "num_kv_shared_layers is 2, but none")]
    [InlineData("""{"num_hidden_layers":3,"num_kv_shared_layers":1}""", "num_kv_shared_layers is 1, but none")]    // the last is the only one of its kind
    [InlineData("""{"use_bidirectional_attention":"all"}""", "use_bidirectional_attention is not supported for text")]
    [InlineData("""{"attention_k_eq_v":true,"num_global_key_value_heads":3}""", "must be a multiple of num_global_key_value_heads (3)")]
    [InlineData("""{"global_head_dim":7}""", "the width of a head (7)")]
    [InlineData("""{"rope_parameters":{"full_attention":{"rope_type":"proportional"}}}""", "rope_parameters must have the sections")]
    [InlineData("""{"rope_scaling":{"rope_type":"linear","factor":2}}""", "rope_scaling is")]
    [InlineData("""{"vocab_size_per_layer_input":50}""", "vocab_size_per_layer_input (50) must be at least vocab_size (100)")]
    [InlineData("""{"hidden_size_per_layer_input":1000000}""", "hidden_size_per_layer_input times num_hidden_layers is 2000000")]
    [InlineData("""{"enable_moe_block":true}""", "config.json lacks moe_intermediate_size")]
    [InlineData("""{"enable_moe_block":true,"moe_intermediate_size":8}""", "config.json lacks num_experts")]
    [InlineData("""{"enable_moe_block":true,"num_experts":2,"top_k_experts":3,"moe_intermediate_size":8}""", "top_k_experts (3) must be at most num_experts (2)")]
    [InlineData("""{"per_layer_config":{"1":{"head_dim":8}}}""", "per_layer_config is")]
    public void Read_Gemma4ThatCannotBe_IsRefused(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal(Gemma4, changes), StringComparison.Ordinal);

    [Fact]
    public void Read_Gemma3n_HasStreamsAndCutGates()
    {
        var spec = Configs.Read(Gemma3n, $$"""
            {{{FourLayers}},"num_kv_shared_layers":2,"activation_sparsity_pattern":[0.95,0.5,0.0,0],"intermediate_size":[96,64,64,32]}
            """);

        Assert.Equal(new AltUpSpec(4, ScalesCorrected: true), spec.AltUp);
        Assert.Equal(64, spec.LaurelRank);
        Assert.Equal([96, 64, 64, 32], spec.FeedForwardSizes);
        Assert.Equal(1.6448536f, spec.GateCutoffs[0]!.Value, 6);
        Assert.Equal([0f, null, null], spec.GateCutoffs.Skip(1));
        Assert.Equal((30f, 1f, true), (spec.LogitSoftCap, spec.AttentionScale, spec.ValueNorm));
        Assert.Equal([new(1e4), new(1e6), new(1e4), new(1e6)], spec.Rotaries);
        Assert.Equal([0, 1, 0, 1], spec.KeyValueSources);
    }

    [Fact]
    public void Read_Gemma3nWithoutAPattern_CutsTheGatesOfTheFirstTenLayers()
    {
        Assert.Equal(10, Configs.Read(Gemma3n, """{"num_hidden_layers":12,"num_kv_shared_layers":0}""").GateCutoffs.TakeWhile(cutoff => cutoff is not null).Count());
        Assert.All(Configs.Read(Gemma3n, """{"num_hidden_layers":10,"num_kv_shared_layers":0}""").GateCutoffs, Assert.Null);
    }

    [Theory]
    [InlineData("""{"altup_active_idx":1}""", "altup_active_idx must be 0")]
    [InlineData("""{"altup_num_inputs":1}""", "altup_num_inputs must be at least 2")]
    [InlineData("""{"altup_num_inputs":17}""", "altup_num_inputs must be a whole number from 1 to 16")]
    [InlineData("""{"activation_sparsity_pattern":[0.5]}""", "activation_sparsity_pattern has 1 entries for 2 layers")]
    [InlineData("""{"activation_sparsity_pattern":[0.5,1.0]}""", "activation_sparsity_pattern must be a list of numbers from 0 on and below 1")]
    [InlineData("""{"intermediate_size":[64]}""", "intermediate_size must have 2 entries")]
    [InlineData("""{"hidden_size_per_layer_input":0}""", "hidden_size_per_layer_input must not be 0")]
    public void Read_Gemma3nThatCannotBe_IsRefused(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal(Gemma3n, changes.Insert(1, "\"num_kv_shared_layers\":0,")), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.95, 1.6448536269514722)]
    [InlineData(0.5, 0)]
    [InlineData(0.05, -1.6448536269514722)]
    [InlineData(0.999999, 4.753424308822899)]
    public void NormalQuantile_OfAShare_AgreesWithTheTables(double share, double expected) => Assert.Equal(expected, NormalQuantile.Of(share), 9);

    [Theory]
    [InlineData(1e-300, -8, -7.5)]
    [InlineData(1e-16, -8, -7.5)]
    [InlineData(1 - 1.2e-16, 7.5, 8)]
    public void NormalQuantile_NearTheEnds_IsFinite(double share, double least, double most) => Assert.InRange(NormalQuantile.Of(share), least, most);
}
