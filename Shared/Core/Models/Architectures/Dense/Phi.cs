namespace Rill.Models.Architectures.Dense;

/// <summary>Phi 1, 1.5 and 2: attention and feed-forward side by side behind one layer norm, biases everywhere, on the logits as well.</summary>
internal static class Phi
{
    public const string Name = "PhiForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        NormEpsilonName = "layer_norm_eps",
        NormEpsilon = 1e-5,
        Activation = Activation.GeluTanh,
        Rotary = new() { Share = 0.5 },
    };

    public static DecoderSpec Read(ModelConfig config) => DecoderConfig.Read(Name, config, s_defaults) with
    {
        Norm = NormKind.Layer,
        NormBias = true,
        Residual = ResidualKind.ParallelOneNorm,
        QueryKeyValueBias = true,
        OutputBias = true,
        FeedForwardBias = true,
        HeadBias = true,
        Gated = false,
        Names = new()
        {
            FinalNorm = "model.final_layernorm.weight",
            OutputSuffix = "self_attn.dense",
            UpSuffix = "mlp.fc1",
            DownSuffix = "mlp.fc2",
        },
    };
}
