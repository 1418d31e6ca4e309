namespace Rill.Models.Architectures.Dense;

/// <summary>OLMo 3: OLMo 2 with a sliding window on three layers of four; what is said of long contexts holds for the fourth only.</summary>
internal static class Olmo3
{
    public const string Name = "Olmo3ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { NormEpsilon = 1e-5, SlidingWindow = 4096, Rotary = new() { Theta = 500_000 } };

    public static DecoderSpec Read(ModelConfig config)
    {
        var byLayerType = RotaryConfig.HasLayerTypes(config);
        var spec = DecoderConfig.Read(Name, config, byLayerType ? s_defaults with { Rotary = null } : s_defaults)
            .WithAttentionBias(config)
            .WithPostNormsOnly();
        var windows = AttentionWindowConfig.Read(
            config, spec.LayerCount, DecoderConfig.SlidingWindow(config, s_defaults), layer => (layer + 1) % 4 != 0);
        var (full, sliding) = byLayerType
            ? RotaryConfig.ReadByLayerType(config, s_defaults.Rotary!, s_defaults.Rotary!, spec.HeadDim, spec.ContextLength)
            : (spec.Rotaries[0]!, spec.Rotaries[0]! with { Scaling = null });
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Whole,
            AttentionWindows = windows,
            Rotaries = [.. windows.Select(window => window is null ? full : sliding)],
        };
    }
}
