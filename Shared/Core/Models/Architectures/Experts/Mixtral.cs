namespace Rill.Models.Architectures.Experts;

/// <summary>Mixtral: Mistral with experts in every layer, whose weights always sum to 1.</summary>
internal static class Mixtral
{
    public const string Name = "MixtralForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 8, NormEpsilon = 1e-5, Rotary = new() { Theta = 1e6 } };

    /// <summary>Its names, which MiniMax M2 shares.</summary>
    public static WeightNames Names { get; } = new()
    {
        RouterSuffix = "block_sparse_moe.gate",
        SelectionBiasSuffix = "block_sparse_moe.e_score_correction_bias",
        ExpertPrefix = "block_sparse_moe.experts.",
        ExpertGateSuffix = "w1",
        ExpertUpSuffix = "w3",
        ExpertDownSuffix = "w2",
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        var experts = ExpertConfig.Read(config, spec, "num_local_experts", count: 8, top: 2, width: spec.FeedForwardSize) with { Normalize = true };
        return spec with
        {
            AttentionWindows = AttentionWindowConfig.OfAllLayers(config, spec.LayerCount, s_defaults),
            Experts = [.. Enumerable.Repeat(experts, spec.LayerCount)],
            Names = Names,
        };
    }
}
