namespace Rill.Models.Architectures.Latent;

/// <summary>
/// DeepSeek V2, V3 and R1, and Kimi-K2, which has V3's class: latent attention, dense layers first and experts behind them. V2 scores
/// experts by softmax, V3 by sigmoid with a bias of the choice.
/// </summary>
internal static class DeepSeek
{
    public const string NameV2 = "DeepseekV2ForCausalLM";
    public const string NameV3 = "DeepseekV3ForCausalLM";

    private const int QueryRank = 1536;

    private static readonly ConfigDefaults s_defaults = new() { Rotary = new() { Interleaved = true } };

    private static readonly BiasedExpertDefaults s_experts = new()
    {
        Experts = 256,
        Top = 8,
        Width = 2048,
        Scale = 2.5,
        Groups = 8,
        TopGroups = 4,
    };

    public static DecoderSpec ReadV2(ModelConfig config)
    {
        var spec = LatentConfig.Read(NameV2, config, s_defaults, QueryRank);
        if (config.Text("scoring_func") is { } score && score != "softmax")
        {
            throw new ModelFormatException($"config.json: scoring_func '{score}' is not supported for {NameV2}; only softmax is.");
        }

        return spec with { Experts = BiasedExpertConfig.BehindDense(config, spec.LayerCount, ExpertsV2(config, spec), absent: 0) };
    }

    public static DecoderSpec ReadV3(ModelConfig config)
    {
        var spec = LatentConfig.Read(NameV3, config, s_defaults, QueryRank);
        var experts = BiasedExpertConfig.Read(config, spec, s_experts);
        return spec with { Experts = BiasedExpertConfig.BehindDense(config, spec.LayerCount, experts, absent: 3) };
    }

    private static MoeSpec ExpertsV2(ModelConfig config, DecoderSpec spec)
    {
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? 1407;
        var experts = ExpertConfig.Read(config, spec, "n_routed_experts", count: 64, config.Int("num_experts_per_tok"), width) with
        {
            Normalize = config.Flag("norm_topk_prob", false),
            Scale = (float)config.Number("routed_scaling_factor", 1),
            SharedWidth = ExpertConfig.SharedWidth(config, "n_shared_experts", absent: 2, width),
        };
        switch (config.Text("topk_method"))
        {
            case null or "greedy":
                config.PassOver("n_group", "topk_group");    // without a choice among groups they say nothing
                return experts;
            case "group_limited_greedy":
                return ExpertConfig.WithGroups(config, experts, GroupScore.Best, groups: 1, top: null);
            case var other:
                throw new ModelFormatException(
                    $"config.json: topk_method '{other}' is not supported for {NameV2}; greedy and group_limited_greedy are.");
        }
    }
}
