namespace Rill.Models.Architectures.Experts;

/// <summary>Qwen 1.5 and 2 with experts: biases on queries, keys and values, and an expert behind a gate that every token goes through.</summary>
internal static class Qwen2Moe
{
    public const string Name = "Qwen2MoeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 16, SlidingWindow = 4096 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth) ?? 1408;
        var experts = ExpertConfig.Read(config, spec, "num_experts", count: 60, top: 4, width) with
        {
            Normalize = config.Flag("norm_topk_prob", false),
            SharedWidth = config.OptionalInt("shared_expert_intermediate_size", DecoderConfig.MostWidth) ?? 5632,
            SharedGate = true,
        };
        return spec with
        {
            QueryKeyValueBias = config.Flag("qkv_bias", true),
            AttentionWindows = Dense.Qwen2.Windows(config, spec.LayerCount, s_defaults),
            Experts = Qwen3Moe.Layers(config, spec.LayerCount, experts),
        };
    }
}
