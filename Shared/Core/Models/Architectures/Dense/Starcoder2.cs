namespace Rill.Models.Architectures.Dense;

/// <summary>StarCoder 2: layer norms, biases everywhere, a feed-forward without a gate.</summary>
internal static class Starcoder2
{
    public const string Name = "Starcoder2ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 2,
        NormEpsilonName = "norm_epsilon",
        NormEpsilon = 1e-5,
        Tied = true,
        Activation = Activation.GeluTanh,
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        var bias = config.Flag("use_bias", true);
        return spec with
        {
            Norm = NormKind.Layer,
            NormBias = true,
            QueryKeyValueBias = bias,
            OutputBias = bias,
            FeedForwardBias = bias,
            Gated = false,
            AttentionWindows = AttentionWindowConfig.OfAllLayers(config, spec.LayerCount, s_defaults),
            Names = new() { UpSuffix = "mlp.c_fc", DownSuffix = "mlp.c_proj" },
        };
    }
}
