namespace Rill.Models.Architectures;

/// <summary>Reads rotary settings: rope_theta with rope_scaling, or the newer rope_parameters that holds both.</summary>
internal static class RotaryConfig
{
    private const double DefaultTheta = 10_000;

    /// <exception cref="ModelFormatException">The scaling is of a type other than default or llama3.</exception>
    public static RotarySpec Read(ModelConfig config)
    {
        var section = config.Section("rope_parameters") ?? config.Section("rope_scaling");
        var theta = section is not null && section.Has("rope_theta") ? section.Number("rope_theta") : config.Number("rope_theta", DefaultTheta);
        return (section?.Text("rope_type") ?? section?.Text("type")) switch
        {
            null or "default" => new(theta),
            "llama3" => new(theta, ReadLlama3(section!)),
            var other => throw new ModelFormatException($"config.json: rope_scaling of type '{other}' is not supported; only default and llama3 are."),
        };
    }

    private static Llama3RotaryScaling ReadLlama3(ModelConfig section)
    {
        var scaling = new Llama3RotaryScaling(
            section.Number("factor"), section.Number("low_freq_factor"), section.Number("high_freq_factor"), section.Int("original_max_position_embeddings"));
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
            ? scaling
            : throw new ModelFormatException("config.json: rope_scaling's high_freq_factor must exceed its low_freq_factor.");
    }
}
