using Rill.Models.Architectures.Experts;

namespace Rill.Models.Architectures.Hybrid;

/// <summary>Qwen3-Next: the layers of <see cref="DeltaNetLayers"/>, with experts; the delta nets' projections are joined by key head.</summary>
internal static class Qwen3Next
{
    public const string Name = "Qwen3NextForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 2,
        HeadDim = 256,
        FeedForwardSize = 5632,
        Rotary = DeltaNetLayers.Rotary,
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DeltaNetLayers.Apply(config, DecoderConfig.Read(Name, config, s_defaults));
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? 512;
        var experts = ExpertConfig.Read(config, spec, "num_experts", count: 512, top: 10, width) with
        {
            Normalize = config.Flag("norm_topk_prob", true),
            SharedWidth = config.OptionalInt("shared_expert_intermediate_size", DecoderConfig.MostWidth) ?? 512,
            SharedGate = true,
        };
        spec = spec with { Experts = Qwen3Moe.Layers(config, spec.LayerCount, experts) };
        return spec with
        {
            Recipes = FusedWeights.OfLayers(
                spec, layer => spec.MixerOf(layer) is DeltaNetSpec delta ? Joined(spec, delta, layer) : DeltaNetLayers.GatedQuery(spec, layer)),
        };
    }

    private static IEnumerable<(string Name, WeightRecipe Recipe)> Joined(DecoderSpec spec, DeltaNetSpec delta, int layer) =>
    [
        .. DeltaNetLayers.ByKeyHead(spec, delta, layer, "linear_attn.in_proj_qkvz"),
        .. DeltaNetLayers.BetaDecay(spec, delta, layer, "linear_attn.in_proj_ba"),
    ];
}
