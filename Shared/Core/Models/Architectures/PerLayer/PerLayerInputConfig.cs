namespace Rill.Models.Architectures.PerLayer;

/// <summary>Reads the sizes of per-layer inputs.</summary>
internal static class PerLayerInputConfig
{
    private const string Width = "hidden_size_per_layer_input";
    private const string Vocabulary = "vocab_size_per_layer_input";

    /// <summary>The sizes; null for none.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="spec">What is common to all families.</param>
    /// <param name="absent">The width in the family's class.</param>
    /// <exception cref="ModelFormatException">The width is beyond bounds.</exception>
    public static PerLayerInputSpec? Read(ModelConfig config, DecoderSpec spec, int absent)
    {
        var width = config.Count(Width, absent);
        var vocabulary = config.OptionalInt(Vocabulary, DecoderConfig.MostTokens) ?? 262_144;
        return width == 0 ? null
            : (long)width * spec.LayerCount <= DecoderConfig.MostWidth ? new(width, vocabulary)
            : throw new ModelFormatException(
                $"config.json: {Width} times num_hidden_layers is {(long)width * spec.LayerCount}; at most {DecoderConfig.MostWidth} is supported.");
    }
}
