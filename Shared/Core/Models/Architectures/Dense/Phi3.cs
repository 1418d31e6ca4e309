namespace Rill.Models.Architectures.Dense;

/// <summary>Phi 3, 3.5 and 4: queries, keys and values in one matrix, gate and up in another; longrope for long contexts.</summary>
internal static class Phi3
{
    public const string Name = "Phi3ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { NormEpsilon = 1e-5, Rotary = new() { Share = 1, YarnIsLongRope = true } };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        return spec with
        {
            AttentionWindows = AttentionWindowConfig.OfAllLayers(config, spec.LayerCount, s_defaults),
            Recipes = FusedWeights.OfLayers(spec, layer =>
            [
                .. FusedWeights.QueryKeyValue(spec, layer, $"{spec.Names.LayerPrefix}{layer}.self_attn.qkv_proj", groups: 1),
                .. FusedWeights.GateUp(spec, layer),
            ]),
        };
    }
}
