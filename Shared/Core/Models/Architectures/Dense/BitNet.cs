namespace Rill.Models.Architectures.Dense;

/// <summary>BitNet b1.58 with unpacked weights: a gated squared ReLU, and norms before both ways back to the residual stream.</summary>
internal static class BitNet
{
    public const string Name = "BitNetForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 5,
        NormEpsilon = 1e-5,
        Activation = Activation.SquaredRelu,
        Rotary = new() { Theta = 500_000 },
    };

    public static DecoderSpec Read(ModelConfig config) =>
        DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config) with { SubNorms = true };
}
