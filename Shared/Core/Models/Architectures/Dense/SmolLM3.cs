namespace Rill.Models.Architectures.Dense;

/// <summary>SmolLM 3: Llama in which every fourth layer, or those that no_rope_layers marks with 0, has no positions.</summary>
internal static class SmolLM3
{
    public const string Name = "SmolLM3ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 4, Tied = true, Rotary = new() { Theta = 2e6 } };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config);
        var rotary = Rotates(config, spec.LayerCount);
        return spec with
        {
            FeedForwardBias = config.Flag("mlp_bias", false),
            Rotaries = [.. spec.Rotaries.Select((settings, layer) => rotary(layer) ? settings : null)],
            AttentionWindows = Windows(config, spec.LayerCount, rotary),
        };
    }

    private static Func<int, bool> Rotates(ModelConfig config, int layers)
    {
        var interval = config.OptionalInt("no_rope_layer_interval") ?? 4;
        return config.Counts("no_rope_layers") is not { } marks ? layer => (layer + 1) % interval != 0
            : marks.Count == layers ? layer => marks[layer] != 0
            : throw new ModelFormatException($"config.json: no_rope_layers has {marks.Count} entries for {layers} layers.");
    }

    private static IReadOnlyList<int?> Windows(ModelConfig config, int layers, Func<int, bool> rotates)
    {
        if (!config.Flag("use_sliding_window", false))
        {
            config.PassOver("sliding_window", "layer_types");
            return new int?[layers];
        }

        var window = DecoderConfig.SlidingWindow(config, s_defaults);
        return AttentionWindowConfig.Read(config, layers, window, layer => window is not null && !rotates(layer));
    }
}
