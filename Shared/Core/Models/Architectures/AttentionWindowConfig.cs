namespace Rill.Models.Architectures;

/// <summary>Reads which layers attend to a sliding window only.</summary>
internal static class AttentionWindowConfig
{
    /// <summary>A sliding window over all layers that layer_types does not except, unless sliding_window is null.</summary>
    public static IReadOnlyList<int?> OfAllLayers(ModelConfig config, int layerCount, ConfigDefaults defaults)
    {
        var window = DecoderConfig.SlidingWindow(config, defaults);
        return Read(config, layerCount, window, _ => window is not null);
    }

    /// <summary>
    /// Applies layer_types where config.json has it, else <paramref name="isWindowed"/>. A layer that slides needs a
    /// <paramref name="window"/>.
    /// </summary>
    public static IReadOnlyList<int?> Read(ModelConfig config, int layerCount, int? window, Func<int, bool> isWindowed)
    {
        var types = config.Texts("layer_types");
        if (types is not null && types.Count != layerCount)
        {
            throw new ModelFormatException($"config.json: layer_types has {types.Count} entries for {layerCount} layers.");
        }

        return [.. Enumerable.Range(0, layerCount).Select(layer => Slides(layer) ? window ?? throw new ModelFormatException("config.json lacks sliding_window.") : (int?)null)];

        bool Slides(int layer) => types?[layer] switch
        {
            null => isWindowed(layer),
            "full_attention" => false,
            "sliding_attention" => true,
            var other => throw new ModelFormatException($"config.json: the layer type '{other}' is not supported."),
        };
    }
}
