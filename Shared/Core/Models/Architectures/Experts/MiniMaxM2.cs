namespace Rill.Models.Architectures.Experts;

/// <summary>MiniMax M2: experts chosen by sigmoid and bias in every layer, norms over the whole projections of queries and keys.</summary>
internal static class MiniMaxM2
{
    public const string Name = "MiniMaxM2ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 8, HeadDim = 128, Rotary = new() { Theta = 5e6, Share = 1 } };

    public static DecoderSpec Read(ModelConfig config)
    {
        RefuseOthers(config);
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        var experts = ExpertConfig.Read(config, spec, "num_local_experts", count: 256, top: 8, width: spec.FeedForwardSize) with
        {
            Score = RouterScore.Sigmoid,
            SelectionBias = true,
            Normalize = true,
        };
        var rotary = WithDimensions(config, spec.Rotaries[0]!, spec.HeadDim);
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Whole,
            Rotaries = [.. Enumerable.Repeat(rotary, spec.LayerCount)],
            Experts = [.. Enumerable.Repeat(experts, spec.LayerCount)],
            Names = Mixtral.Names,
        };
    }

    private static void RefuseOthers(ModelConfig config)
    {
        if (!config.Flag("use_qk_norm", true) || (config.Text("qk_norm_type") ?? "per_layer") != "per_layer"
            || !config.Flag("use_routing_bias", true) || (config.Text("scoring_func") ?? "sigmoid") != "sigmoid")
        {
            throw new ModelFormatException(
                "config.json: use_qk_norm and use_routing_bias must be true, qk_norm_type per_layer and scoring_func sigmoid; others are not supported.");
        }

        if (config.Counts("attn_type_list") is { } kinds && kinds.Any(kind => kind != 1))
        {
            throw new ModelFormatException("config.json: attn_type_list must hold 1 for each layer; layers of other kinds are not supported.");
        }
    }

    /// <summary>Here the published files say how many elements turn, and not which share of the head.</summary>
    private static RotarySpec WithDimensions(ModelConfig config, RotarySpec rotary, int headDim)
    {
        var dimensions = config.OptionalInt("rotary_dim", headDim) ?? rotary.Rotated(headDim);
        return dimensions % 2 == 0
            ? rotary with { Dimensions = dimensions == headDim ? null : dimensions }
            : throw new ModelFormatException($"config.json: rotary_dim must be even, but is {dimensions}.");
    }
}
