namespace Rill.Models.Architectures.Dense;

/// <summary>StableLM 2 and StableLM 3B: layer norms, a quarter of each head rotated; the largest have a layer norm for each head too.</summary>
internal static class StableLm
{
    public const string Name = "StableLmForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 32,
        NormEpsilonName = "layer_norm_eps",
        NormEpsilon = 1e-5,
        Rotary = new() { Share = 0.25 },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults) with
        {
            Norm = NormKind.Layer,
            NormBias = true,
            QueryKeyValueBias = config.Flag("use_qkv_bias", false),
            Residual = config.Flag("use_parallel_residual", false) ? ResidualKind.ParallelOneNorm : ResidualKind.Sequential,
            QueryKeyNorm = config.Flag("qk_layernorm", false) ? QueryKeyNorm.HeadLayerNorm : QueryKeyNorm.None,
        };
        if (spec.QueryKeyNorm == QueryKeyNorm.None)
        {
            return spec;
        }

        DecoderConfig.CheckHeadsOfAllLayers(spec);
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, layer)) };
    }

    /// <summary>Each head's weights are a tensor of its own.</summary>
    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer) =>
    [
        (spec.Names.QueryNorm(layer), OfHeads($"{spec.Names.LayerPrefix}{layer}.self_attn.q_layernorm.norms.", spec.HeadCount)),
        (spec.Names.KeyNorm(layer), OfHeads($"{spec.Names.LayerPrefix}{layer}.self_attn.k_layernorm.norms.", spec.KeyValueHeadCount)),
    ];

    private static WeightRecipe OfHeads(string prefix, int heads) =>
        new($"{prefix}0.weight") { NextRows = [.. Enumerable.Range(1, heads - 1).Select(head => $"{prefix}{head}.weight")] };
}
