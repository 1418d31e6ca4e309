namespace Rill.Models.Architectures;

/// <summary>Reads what families with experts write alike.</summary>
internal static class ExpertConfig
{
    private const int MostExperts = 4096;

    // Each expert of each layer has a handful of names: DeepSeek's largest model has 15 thousand experts in all.
    private const int MostExpertsOfAllLayers = 1 << 16;

    /// <summary>Number, choice and width of a layer's experts; how they are scored is the caller's.</summary>
    /// <param name="countName">The member that holds their number.</param>
    /// <param name="count">Their number in the family's class.</param>
    /// <param name="top">How many a token goes through there.</param>
    /// <param name="width">Their width.</param>
    /// <param name="topName">The member that holds how many a token goes through.</param>
    /// <exception cref="ModelFormatException">A number cannot be.</exception>
    public static MoeSpec Read(
        ModelConfig config, DecoderSpec spec, string countName, int count, int top, int width, string topName = "num_experts_per_tok")
    {
        var experts = config.OptionalInt(countName, MostExperts) ?? count;
        if ((long)experts * spec.LayerCount > MostExpertsOfAllLayers)
        {
            throw new ModelFormatException(
                $"config.json: {countName} times num_hidden_layers is {(long)experts * spec.LayerCount}; "
                + $"at most {MostExpertsOfAllLayers} experts are supported.");
        }

        var chosen = config.OptionalInt(topName) ?? top;
        return chosen <= experts
            ? new() { Experts = experts, Top = chosen, Width = width }
            : throw new ModelFormatException($"config.json: {topName} ({chosen}) must be at most {countName} ({experts}).");
    }

    /// <summary>The width of all shared experts together, which are one of that width.</summary>
    /// <exception cref="ModelFormatException">It is beyond bounds.</exception>
    public static int SharedWidth(ModelConfig config, string countName, int absent, int width)
    {
        var count = config.Count(countName, absent);
        return (long)count * width <= DecoderConfig.MostWidth
            ? count * width
            : throw new ModelFormatException($"config.json: {countName} ({count}) makes shared experts of more than {DecoderConfig.MostWidth} rows.");
    }

    /// <summary>The groups of n_group and topk_group.</summary>
    /// <param name="groups">n_group in the family's class.</param>
    /// <param name="top">topk_group in the family's class; null for all groups.</param>
    /// <exception cref="ModelFormatException">The experts cannot be cut so, or the chosen groups have too few.</exception>
    public static MoeSpec WithGroups(ModelConfig config, MoeSpec experts, GroupScore score, int groups, int? top)
    {
        groups = config.OptionalInt("n_group", absent: groups) ?? 1;
        var chosen = config.OptionalInt("topk_group", absent: top) ?? groups;
        var size = experts.Experts / groups;
        var canBeScored = groups == 1 || score == GroupScore.Best || size >= 2;
        return canBeScored && experts.Experts % groups == 0 && chosen <= groups && (long)chosen * size >= experts.Top
            ? experts with { Groups = groups, TopGroups = chosen, GroupScore = score }
            : throw new ModelFormatException(
                $"config.json: n_group ({groups}) and topk_group ({chosen}) do not fit {experts.Experts} experts "
                + $"of which a token goes through {experts.Top}.");
    }
}
