namespace Rill.Models.Architectures.Dense;

/// <summary>ERNIE 4.5, dense: Llama that rotates neighbours.</summary>
internal static class Ernie4_5
{
    public const string Name = "Ernie4_5ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 4,
        HeadDim = 128,
        NormEpsilon = 1e-5,
        Tied = true,
        Rotary = new() { Theta = 500_000, Interleaved = true },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var bias = config.Flag("use_bias", false);
        return DecoderConfig.Read(Name, config, s_defaults) with { QueryKeyValueBias = bias, OutputBias = bias, FeedForwardBias = bias };
    }
}
