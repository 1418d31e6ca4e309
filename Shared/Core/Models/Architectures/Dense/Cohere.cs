namespace Rill.Models.Architectures.Dense;

/// <summary>Command R: attention and feed-forward side by side behind one layer norm, neighbours rotated, scaled logits.</summary>
internal static class Cohere
{
    public const string Name = "CohereForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        NormEpsilonName = "layer_norm_eps",
        NormEpsilon = 1e-5,
        Tied = true,
        Rotary = new() { Theta = 500_000, Interleaved = true },
    };

    public static DecoderSpec Read(ModelConfig config) => Read(Name, config, s_defaults) with
    {
        QueryKeyNorm = config.Flag("use_qk_norm", false) ? QueryKeyNorm.HeadLayerNorm : QueryKeyNorm.None,
    };

    /// <summary>What both generations have alike.</summary>
    public static DecoderSpec Read(string architecture, ModelConfig config, ConfigDefaults defaults) =>
        DecoderConfig.Read(architecture, config, defaults).WithAttentionBias(config) with
        {
            Norm = NormKind.Layer,
            Residual = ResidualKind.ParallelOneNorm,
            LogitScale = (float)config.Number("logit_scale", 0.0625),
        };
}
