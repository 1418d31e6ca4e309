namespace Rill.Models.Architectures.Dense;

/// <summary>Nemotron 4 and Minitron: layer norms whose weights are stored less 1, half of each head rotated, an ungated squared ReLU.</summary>
internal static class Nemotron
{
    public const string Name = "NemotronForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        NormEpsilonName = "norm_eps",
        NormEpsilon = 1e-5,
        Activation = Activation.SquaredRelu,
        Rotary = new() { Share = 0.5 },
    };

    public static DecoderSpec Read(ModelConfig config) => DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config) with
    {
        Norm = NormKind.Layer,
        NormOffset = 1,
        NormBias = true,
        Gated = false,
        FeedForwardBias = config.Flag("mlp_bias", false),
    };
}
