namespace Rill.Models.Architectures.Experts;

/// <summary>GLM 4.5 and 4.6: experts chosen by sigmoid and bias behind the first dense layers, half of each head rotated.</summary>
internal static class Glm4Moe
{
    public const string Name = "Glm4MoeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 8, NormEpsilon = 1e-5, Rotary = new() { Share = 0.5 } };
    private static readonly BiasedExpertDefaults s_experts = new() { Experts = 128, Top = 8, Width = 1408 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        var experts = BiasedExpertConfig.Read(config, spec, s_experts);
        return spec with
        {
            QueryKeyValueBias = config.Flag("attention_bias", false),
            QueryKeyNorm = config.Flag("use_qk_norm", false) ? QueryKeyNorm.Head : QueryKeyNorm.None,
            Experts = BiasedExpertConfig.BehindDense(config, spec.LayerCount, experts, absent: 1),
            Names = BiasedExpertConfig.Names,
        };
    }
}
