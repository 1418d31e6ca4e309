namespace Rill.Models.Architectures.Dense;

/// <summary>StableLM 2 and StableLM 3B: layer norms, a quarter of each head rotated.</summary>
internal static class StableLm
{
    public const string Name = "StableLmForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 32,
        NormEpsilonName = "layer_norm_eps",
        NormEpsilon = 1e-5,
        Rotary = new() { Share = 0.25 },
    };

    public static DecoderSpec Read(ModelConfig config) => DecoderConfig.Read(Name, config, s_defaults) with
    {
        Norm = NormKind.Layer,
        NormBias = true,
        QueryKeyValueBias = config.Flag("use_qkv_bias", false),
        Residual = config.Flag("use_parallel_residual", false) ? ResidualKind.ParallelOneNorm : ResidualKind.Sequential,
    };
}
