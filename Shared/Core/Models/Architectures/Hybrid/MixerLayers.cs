namespace Rill.Models.Architectures.Hybrid;

/// <summary>Reads which layers have attention and which have another mixer.</summary>
internal static class MixerLayers
{
    private const string Attention = "full_attention";

    /// <summary>
    /// For each layer the mixer or null for attention: as layer_types says, else as <paramref name="isAttention"/> does.
    /// </summary>
    /// <param name="type">What layer_types calls the mixer.</param>
    /// <exception cref="ModelFormatException">layer_types does not fit, or no layer has attention.</exception>
    public static IReadOnlyList<MixerSpec?> Read(ModelConfig config, int layerCount, MixerSpec mixer, string type, Func<int, bool> isAttention)
    {
        var types = config.Texts("layer_types") ?? [.. Enumerable.Range(0, layerCount).Select(layer => isAttention(layer) ? Attention : type)];
        if (types.Count != layerCount)
        {
            throw new ModelFormatException($"config.json: layer_types has {types.Count} entries for {layerCount} layers.");
        }

        if (types.FirstOrDefault(name => name != Attention && name != type) is { } other)
        {
            throw new ModelFormatException($"config.json: the layer type '{other}' is not supported here; only {Attention} and {type} are.");
        }

        // A cache of keys and values that holds none is nothing that the engine could count.
        return types.Contains(Attention)
            ? [.. types.Select(name => name == Attention ? null : mixer)]
            : throw new ModelFormatException($"config.json: at least one layer must be {Attention}; models without attention are not supported.");
    }
}
