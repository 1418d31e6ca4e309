using Rill.Models.Rotary;

namespace Rill.Models.Architectures;

/// <summary>Reads what families with DeepSeek's latent attention write alike.</summary>
internal static class LatentConfig
{
    /// <summary>The decoder but for its experts, under the names that DeepSeek publishes.</summary>
    /// <param name="queryRank">q_lora_rank in the family's class.</param>
    /// <exception cref="ModelFormatException">A member is missing or cannot be.</exception>
    public static DecoderSpec Read(string architecture, ModelConfig config, ConfigDefaults defaults, int queryRank)
    {
        var latent = ReadWidths(config, queryRank);

        // In these classes head_dim, where it is there at all, is the part of a head that is rotated.
        var spec = DecoderConfig.Read(architecture, config, defaults with { HeadDim = latent.RotatedWidth });
        DecoderConfig.CheckHeadsOfAllLayers(spec);
        var rotary = spec.Rotaries[0]! with { Dimensions = latent.RotatedWidth, Interleaved = config.Flag("rope_interleave", true) };
        spec = spec with
        {
            Latent = latent,
            KeyValueHeadCount = 1,
            HeadDim = latent.KeyWidth,
            Rotaries = [.. Enumerable.Repeat(rotary, spec.LayerCount)],
            AttentionScale = Scale(config, latent, rotary),
            Names = BiasedExpertConfig.Names with { LatentQuerySuffix = latent.QueryRank is null ? "self_attn.q_proj" : "self_attn.q_b_proj" },
        };
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, latent, layer)) };
    }

    private static LatentSpec ReadWidths(ModelConfig config, int queryRank)
    {
        var rotated = config.Int("qk_rope_head_dim", DecoderConfig.MostHeadDim);
        DecoderConfig.CheckHeadDim(rotated);
        return new()
        {
            QueryRank = config.OptionalInt("q_lora_rank", DecoderConfig.MostWidth, queryRank),
            KeyValueRank = config.Int("kv_lora_rank", DecoderConfig.MostWidth),
            PlainWidth = config.Int("qk_nope_head_dim", DecoderConfig.MostHeadDim),
            RotatedWidth = rotated,
            ValueWidth = config.Int("v_head_dim", DecoderConfig.MostHeadDim),
            NormEpsilon = 1e-6f,    // the class's norms in here have its own default, whatever rms_norm_eps says
        };
    }

    /// <summary>1 / sqrt(query width), times the square of YaRN's magnitude for mscale_all_dim.</summary>
    private static float Scale(ModelConfig config, LatentSpec latent, RotarySpec rotary)
    {
        var section = config.Section("rope_scaling") ?? config.Section("rope_parameters");
        var magnitude = rotary.Scaling is YarnRotaryScaling yarn && section?.OptionalNumber("mscale_all_dim", absent: null) is { } scale
            ? YarnRotaryScaling.MagnitudeOf(yarn.Factor, scale)
            : 1;
        return (float)(magnitude * magnitude / Math.Sqrt(latent.QueryWidth));
    }

    /// <summary>kv_b_proj has for each head its key's rows and then its value's.</summary>
    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, LatentSpec latent, int layer)
    {
        var fused = $"{spec.Names.LayerPrefix}{layer}.self_attn.kv_b_proj.weight";
        for (var head = 0; head < spec.HeadCount; head++)
        {
            var first = (long)head * (latent.PlainWidth + latent.ValueWidth);
            yield return (spec.Names.HeadKey(layer, head) + ".weight", new(fused) { Transposed = true, FirstColumn = first });
            yield return (spec.Names.HeadValue(layer, head) + ".weight", new(fused) { Rows = new(first + latent.PlainWidth) });
        }
    }
}
