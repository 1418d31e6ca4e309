namespace Rill.Models.Architectures.Dense;

/// <summary>OLMo 2: norms only after each half of a layer, and over the whole projections of queries and keys.</summary>
internal static class Olmo2
{
    public const string Name = "Olmo2ForCausalLM";

    public static DecoderSpec Read(ModelConfig config) => DecoderConfig.Read(Name, config, new() { NormEpsilon = 1e-5 })
        .WithAttentionBias(config)
        .WithPostNormsOnly() with
        {
            QueryKeyNorm = QueryKeyNorm.Whole,
        };
}
