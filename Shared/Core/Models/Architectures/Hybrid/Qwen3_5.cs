namespace Rill.Models.Architectures.Hybrid;

/// <summary>Qwen 3.5, dense or with experts, alone or in its wrapper with a vision tower: see <see cref="DeltaNetLayers"/>.</summary>
internal static class Qwen3_5
{
    public const string Name = "Qwen3_5ForCausalLM";
    public const string WrapperName = "Qwen3_5ForConditionalGeneration";
    public const string MoeName = "Qwen3_5MoeForCausalLM";
    public const string MoeWrapperName = "Qwen3_5MoeForConditionalGeneration";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 4, HeadDim = 256, Rotary = DeltaNetLayers.Rotary };

    // All layers have experts: intermediate_size is no field of theirs.
    private static readonly ConfigDefaults s_moeDefaults = s_defaults with
    {
        KeyValueHeads = 2,
        FeedForwardSizeName = "moe_intermediate_size",
        FeedForwardSize = 512,
    };

    public static DecoderSpec Read(ModelConfig config) => WithRecipes(DeltaNetLayers.Apply(config, DecoderConfig.Read(Name, config, s_defaults)));

    public static DecoderSpec ReadWrapper(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(WrapperName, text, Read(text));
    }

    public static DecoderSpec ReadMoe(ModelConfig config)
    {
        var spec = DeltaNetLayers.Apply(config, DecoderConfig.Read(MoeName, config, s_moeDefaults));
        var experts = ExpertConfig.Read(config, spec, "num_experts", count: 256, top: 8, spec.FeedForwardSize) with
        {
            Normalize = true,    // the class always does, and has no field for it
            SharedWidth = config.OptionalInt("shared_expert_intermediate_size", DecoderConfig.MostWidth) ?? 512,
            SharedGate = true,
        };
        return WithRecipes(spec with { Experts = [.. Enumerable.Repeat(experts, spec.LayerCount)] });
    }

    public static DecoderSpec ReadMoeWrapper(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(MoeWrapperName, text, ReadMoe(text));
    }

    private static DecoderSpec WithRecipes(DecoderSpec spec) => spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, layer)) };

    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer)
    {
        var mixer = spec.MixerOf(layer) is DeltaNetSpec delta
            ? DeltaNetLayers.QueryKeyValue(spec, delta, layer, "linear_attn.in_proj_qkv")
            : DeltaNetLayers.GatedQuery(spec, layer);
        return spec.ExpertsOf(layer) is { } experts
            ? mixer.Concat(FusedWeights.Experts(spec, experts, layer, "mlp.experts.gate_up_proj", "mlp.experts.down_proj"))
            : mixer;
    }
}
