namespace Rill.Models.Architectures;

/// <summary>Qwen 2 and 2.5: biases on queries, keys and values; from max_window_layers on a sliding window, if it is switched on.</summary>
internal static class Qwen2
{
    public const string Name = "Qwen2ForCausalLM";

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = LlamaFamily.Read(Name, config);
        return spec with { QueryKeyValueBias = true, AttentionWindows = Windows(config, spec.LayerCount) };
    }

    /// <summary>Qwen's rule, shared by its third generation.</summary>
    public static IReadOnlyList<int?> Windows(ModelConfig config, int layerCount)
    {
        if (!config.Flag("use_sliding_window", false))
        {
            return new int?[layerCount];
        }

        var firstWindowed = config.OptionalInt("max_window_layers") ?? 28;    // transformers' default
        return AttentionWindowConfig.Read(config, layerCount, layer => layer >= firstWindowed);
    }
}
