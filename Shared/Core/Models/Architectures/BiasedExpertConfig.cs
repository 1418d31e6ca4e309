namespace Rill.Models.Architectures;

/// <summary>
/// Reads experts as DeepSeek V3 has them (arXiv 2412.19437, section 2.1.2), and the families that took them over: scored by sigmoid, chosen
/// among groups with a bias that does not count in the weights, beside shared ones and behind the first dense layers.
/// </summary>
internal static class BiasedExpertConfig
{
    /// <summary>The names by which such families publish the shared experts.</summary>
    public static WeightNames Names { get; } = new()
    {
        SharedGateSuffix = "mlp.shared_experts.gate_proj",
        SharedUpSuffix = "mlp.shared_experts.up_proj",
        SharedDownSuffix = "mlp.shared_experts.down_proj",
    };

    /// <summary>The experts of a layer that has them.</summary>
    /// <exception cref="ModelFormatException">A number is missing or cannot be, or another router is asked for.</exception>
    public static MoeSpec Read(ModelConfig config, DecoderSpec spec, BiasedExpertDefaults defaults)
    {
        RefuseOthers(config, spec.Architecture, "scoring_func", defaults.Scores);
        RefuseOthers(config, spec.Architecture, "topk_method", "noaux_tc");
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? defaults.Width;
        var (count, top) = (defaults.Experts ?? config.Int("n_routed_experts"), defaults.Top ?? config.Int("num_experts_per_tok"));
        var experts = ExpertConfig.Read(config, spec, "n_routed_experts", count, top, width) with
        {
            Score = RouterScore.Sigmoid,
            SelectionBias = true,
            Normalize = config.Flag("norm_topk_prob", defaults.Normalize),
            NormalizeEpsilon = 1e-20f,
            Scale = (float)config.Number("routed_scaling_factor", defaults.Scale),
            SharedWidth = ExpertConfig.SharedWidth(config, "n_shared_experts", defaults.Shared, width),
        };
        return ExpertConfig.WithGroups(config, experts, GroupScore.SumOfTwoBest, defaults.Groups, defaults.TopGroups);
    }

    /// <summary>For each layer its experts, after as many dense ones as first_k_dense_replace says.</summary>
    public static IReadOnlyList<MoeSpec?> BehindDense(ModelConfig config, int layerCount, MoeSpec experts, int absent)
    {
        var dense = config.Count("first_k_dense_replace", absent);
        return [.. Enumerable.Range(0, layerCount).Select(layer => layer < dense ? null : experts)];
    }

    private static void RefuseOthers(ModelConfig config, string architecture, string name, params IReadOnlyList<string> known)
    {
        if (config.Text(name) is { } written && !known.Contains(written))
        {
            throw new ModelFormatException(
                $"config.json: {name} '{written}' is not supported for {architecture}; supported: {string.Join(", ", known)}.");
        }
    }
}

/// <summary>What a class takes for members of its experts that are absent.</summary>
internal sealed record BiasedExpertDefaults
{
    /// <summary>n_routed_experts; null: must be there.</summary>
    public int? Experts { get; init; }

    /// <summary>num_experts_per_tok; null: must be there.</summary>
    public int? Top { get; init; }

    /// <summary>moe_intermediate_size.</summary>
    public required int Width { get; init; }

    /// <summary>n_shared_experts.</summary>
    public int Shared { get; init; } = 1;

    /// <summary>norm_topk_prob.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>routed_scaling_factor.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>n_group.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>topk_group.</summary>
    public int TopGroups { get; init; } = 1;

    /// <summary>The values of scoring_func that mean a sigmoid.</summary>
    public string[] Scores { get; init; } = ["sigmoid"];
}
