namespace Rill.Models.Architectures.Experts;

/// <summary>GLM 4.5 and 4.6: experts chosen by sigmoid and bias behind the first dense layers, half of each head rotated.</summary>
internal static class Glm4Moe
{
    public const string Name = "Glm4MoeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 8, NormEpsilon = 1e-5, Rotary = new() { Share = 0.5 } };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? 1408;
        var experts = ExpertConfig.Read(config, spec, "n_routed_experts", count: 128, top: 8, width) with
        {
            Score = RouterScore.Sigmoid,
            SelectionBias = true,
            Normalize = config.Flag("norm_topk_prob", true),
            NormalizeEpsilon = 1e-20f,
            Scale = (float)config.Number("routed_scaling_factor", 1),
            SharedWidth = ExpertConfig.SharedWidth(config, "n_shared_experts", absent: 1, width),
        };
        experts = ExpertConfig.WithGroups(config, experts, GroupScore.SumOfTwoBest);
        var dense = config.Count("first_k_dense_replace", absent: 1);
        return spec with
        {
            QueryKeyValueBias = config.Flag("attention_bias", false),
            QueryKeyNorm = config.Flag("use_qk_norm", false) ? QueryKeyNorm.Head : QueryKeyNorm.None,
            Experts = [.. Enumerable.Range(0, spec.LayerCount).Select(layer => layer < dense ? null : experts)],
            Names = new()
            {
                SharedGateSuffix = "mlp.shared_experts.gate_proj",
                SharedUpSuffix = "mlp.shared_experts.up_proj",
                SharedDownSuffix = "mlp.shared_experts.down_proj",
            },
        };
    }
}
