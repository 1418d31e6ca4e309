namespace Rill.Models.Architectures.Dense;

/// <summary>Qwen 3 VL's wrapper of Qwen 3 and a vision tower.</summary>
internal static class Qwen3VL
{
    public const string Name = "Qwen3VLForConditionalGeneration";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 32, HeadDim = 128, Rotary = new() { MultiSection = true } };

    public static DecoderSpec Read(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        ModelConfig?[] places = [text, text.Section("rope_parameters"), text.Section("rope_scaling")];
        if (!places.Any(place => place?.Has("rope_theta") == true))
        {
            throw new ModelFormatException("config.json: text_config lacks rope_theta, for which the class has had more than one default; add it.");
        }

        var spec = DecoderConfig.Read(Name, text, s_defaults).WithAttentionBias(text);
        return WrapperConfig.Wrap(Name, text, spec with { QueryKeyNorm = QueryKeyNorm.Head });
    }
}
