namespace Rill.Models.Architectures.Dense;

/// <summary>Arcee AFM: Llama with an ungated squared ReLU.</summary>
internal static class Arcee
{
    public const string Name = "ArceeForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { NormEpsilon = 1e-5, Activation = Activation.SquaredRelu };

    public static DecoderSpec Read(ModelConfig config) => DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config) with
    {
        Gated = false,
        FeedForwardBias = config.Flag("mlp_bias", false),
    };
}
