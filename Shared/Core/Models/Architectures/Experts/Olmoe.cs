namespace Rill.Models.Architectures.Experts;

/// <summary>OLMoE: experts in every layer, norms over the whole projections of queries and keys.</summary>
internal static class Olmoe
{
    public const string Name = "OlmoeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { NormEpsilon = 1e-5 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config);
        var experts = ExpertConfig.Read(config, spec, "num_experts", count: 64, top: 8, width: spec.FeedForwardSize) with
        {
            Normalize = config.Flag("norm_topk_prob", false),
        };
        return spec with { QueryKeyNorm = QueryKeyNorm.Whole, Experts = [.. Enumerable.Repeat(experts, spec.LayerCount)] };
    }
}
