namespace Rill.Models.Architectures.Dense;

/// <summary>Hunyuan, dense: norms over each head of queries and keys after the rotation, whose base alpha raises.</summary>
internal static class HunYuanDenseV1
{
    public const string Name = "HunYuanDenseV1ForCausalLM";

    // Beside alpha, the published files hold YaRN's members, which the class does not read for the type that they name.
    private static readonly ConfigDefaults s_defaults = new()
    {
        NormEpsilon = 1e-5,
        Rotary = new() { OwnMembers = ["alpha", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"] },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        // The class always has these norms, and no experts: fields of its relatives that say so say nothing new.
        config.PassOver("use_qk_norm", "moe_intermediate_size", "num_shared_experts");
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config);
        var rotary = Raised(config, spec.Rotaries[0]!, spec.HeadDim);
        return spec with
        {
            Rotaries = [.. Enumerable.Repeat(rotary, spec.LayerCount)],
            QueryKeyNorm = QueryKeyNorm.HeadAfterRotary,
            Names = new() { QueryNormSuffix = "self_attn.query_layernorm.weight", KeyNormSuffix = "self_attn.key_layernorm.weight" },
        };
    }

    /// <summary>theta * alpha^(d / (d - 2)) for heads of width d, for the type "dynamic" with alpha (transformers, hunyuan_v1_dense).</summary>
    private static RotarySpec Raised(ModelConfig config, RotarySpec rotary, int headDim)
    {
        var section = config.Section("rope_parameters") ?? config.Section("rope_scaling");
        var type = section?.Text("rope_type") ?? section?.Text("type");
        return type == "dynamic" && headDim > 2 && section!.OptionalNumber("alpha", absent: null) is { } alpha
            ? rotary with { Theta = rotary.Theta * Math.Pow(alpha, headDim / (headDim - 2.0)) }
            : rotary;
    }
}
