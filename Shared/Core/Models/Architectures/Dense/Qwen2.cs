namespace Rill.Models.Architectures.Dense;

/// <summary>Qwen 2 and 2.5: biases on queries, keys and values; from max_window_layers on a sliding window, if it is switched on.</summary>
internal static class Qwen2
{
    public const string Name = "Qwen2ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 32, SlidingWindow = 4096 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        return spec with { QueryKeyValueBias = true, AttentionWindows = Windows(config, spec.LayerCount, s_defaults) };
    }

    /// <summary>Qwen's rule, shared by its third generation and by its experts.</summary>
    /// <param name="fullLayers">max_window_layers in the family's class.</param>
    public static IReadOnlyList<int?> Windows(ModelConfig config, int layerCount, ConfigDefaults defaults, int fullLayers = 28)
    {
        if (!config.Flag("use_sliding_window", false))
        {
            config.PassOver("sliding_window", "layer_types");
            return new int?[layerCount];
        }

        var firstWindowed = config.Count("max_window_layers", fullLayers);
        return AttentionWindowConfig.Read(config, layerCount, DecoderConfig.SlidingWindow(config, defaults), layer => layer >= firstWindowed);
    }
}
