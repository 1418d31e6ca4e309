namespace Rill.Models.Architectures.Dense;

/// <summary>Ministral 3: Mistral with YaRN, and queries that grow with their position where llama_4_scaling_beta is there.</summary>
internal static class Ministral3
{
    public const string Name = "Ministral3ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 8,
        HeadDim = 128,
        NormEpsilon = 1e-5,
        Rotary = new() { Theta = 1e6, OwnMembers = ["llama_4_scaling_beta", "max_position_embeddings"] },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        return spec with
        {
            AttentionWindows = AttentionWindowConfig.OfAllLayers(config, spec.LayerCount, s_defaults),
            QueryTemperatures = Temperature(config) is { } temperature ? [.. Enumerable.Repeat(temperature, spec.LayerCount)] : [],
        };
    }

    private static QueryTemperature? Temperature(ModelConfig config) =>
        (config.Section("rope_parameters") ?? config.Section("rope_scaling")) is { } section
            && section.OptionalNumber("llama_4_scaling_beta", absent: null) is { } beta
                ? new(beta, section.Int("original_max_position_embeddings"), Offset: 0)
                : null;
}
