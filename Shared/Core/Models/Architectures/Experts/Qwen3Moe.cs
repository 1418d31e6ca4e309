namespace Rill.Models.Architectures.Experts;

/// <summary>Qwen 3 with experts: norms over each head of queries and keys; some layers may be dense.</summary>
internal static class Qwen3Moe
{
    public const string Name = "Qwen3MoeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 4, SlidingWindow = 4096 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config);
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? 768;
        var experts = ExpertConfig.Read(config, spec, "num_experts", count: 128, top: 8, width) with { Normalize = config.Flag("norm_topk_prob", false) };
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            AttentionWindows = Dense.Qwen2.Windows(config, spec.LayerCount, s_defaults),
            Experts = Layers(config, spec.LayerCount, experts),
        };
    }

    /// <summary>Qwen's rule: dense are the layers of mlp_only_layers, and all but every decoder_sparse_step-th.</summary>
    public static IReadOnlyList<MoeSpec?> Layers(ModelConfig config, int layerCount, MoeSpec experts)
    {
        var dense = config.Counts("mlp_only_layers") ?? [];
        var step = config.OptionalInt("decoder_sparse_step") ?? 1;
        return [.. Enumerable.Range(0, layerCount).Select(layer => dense.Contains(layer) || (layer + 1) % step != 0 ? null : experts)];
    }
}
