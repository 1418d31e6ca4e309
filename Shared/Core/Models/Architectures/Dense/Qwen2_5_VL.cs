namespace Rill.Models.Architectures.Dense;

/// <summary>Qwen 2.5 VL's wrapper of Qwen 2.5 and a vision tower; the first files have no text_config, and its members beside the tower's.</summary>
internal static class Qwen2_5_VL
{
    public const string Name = "Qwen2_5_VLForConditionalGeneration";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 8,
        SlidingWindow = 4096,
        NormEpsilon = 1e-5,
        Rotary = new() { Theta = 1e6, MultiSection = true },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var text = config;
        if (config.Has("text_config"))
        {
            // Files that were saved again repeat members of it outside, where the class does not read them.
            text = WrapperConfig.Text(config);
            config.PassOver("layer_types", "rope_parameters", "rope_scaling", "rope_theta", "sliding_window", "use_sliding_window");
        }

        var spec = DecoderConfig.Read(Name, text, s_defaults);
        return WrapperConfig.Wrap(Name, text, spec with
        {
            QueryKeyValueBias = true,
            AttentionWindows = Qwen2.Windows(text, spec.LayerCount, s_defaults, fullLayers: 80),
        });
    }
}
