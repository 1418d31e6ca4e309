namespace Rill.Models.Architectures.Dense;

/// <summary>GLM-4 9B in the transformers layout: neighbours of half a head rotated, gate and up in one matrix.</summary>
internal static class Glm
{
    public const string Name = "GlmForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 2,
        HeadDim = 128,
        NormEpsilon = 1.5625e-7,
        Rotary = new() { Share = 0.5, Interleaved = true },
    };

    public static DecoderSpec Read(ModelConfig config) => Read(Name, config);

    /// <summary>What both generations have alike.</summary>
    public static DecoderSpec Read(string architecture, ModelConfig config)
    {
        var spec = DecoderConfig.Read(architecture, config, s_defaults);
        return spec with
        {
            QueryKeyValueBias = config.Flag("attention_bias", true),
            Recipes = FusedWeights.OfLayers(spec, layer => FusedWeights.GateUp(spec, layer)),
        };
    }
}
