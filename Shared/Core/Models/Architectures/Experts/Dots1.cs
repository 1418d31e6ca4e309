namespace Rill.Models.Architectures.Experts;

/// <summary>rednote's dots.llm1: Qwen 3's attention, and DeepSeek V3's experts behind the first dense layers.</summary>
internal static class Dots1
{
    public const string Name = "Dots1ForCausalLM";

    private const int FirstWindowed = 62;    // max_window_layers: as many layers as the published models have, so that none of theirs slides

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 32, SlidingWindow = 4096 };

    // The class has no numbers of experts of its own. The published files say noaux_tc where others say it in topk_method.
    private static readonly BiasedExpertDefaults s_experts = new() { Width = 1408, Shared = 0, Normalize = false, Scores = ["noaux_tc", "sigmoid"] };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config);
        var experts = BiasedExpertConfig.Read(config, spec, s_experts);
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            AttentionWindows = Windows(config, spec.LayerCount),
            Experts = BiasedExpertConfig.BehindDense(config, spec.LayerCount, experts, absent: 0),
            Names = BiasedExpertConfig.Names,
        };
    }

    private static IReadOnlyList<int?> Windows(ModelConfig config, int layerCount)
    {
        var window = DecoderConfig.SlidingWindow(config, s_defaults);
        var firstWindowed = config.Count("max_window_layers", FirstWindowed);
        return AttentionWindowConfig.Read(config, layerCount, window, layer => window is not null && layer >= firstWindowed);
    }
}
