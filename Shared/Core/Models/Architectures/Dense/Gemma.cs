namespace Rill.Models.Architectures.Dense;

/// <summary>Gemma 1: norms whose weights are stored less 1, a scaled embedding that is also the head, GELU.</summary>
internal static class Gemma
{
    public const string Name = "GemmaForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 16,
        HeadDim = 256,
        Tied = true,
        Activation = Activation.GeluTanh,
        ActivationNames = ["hidden_activation", "hidden_act"],
    };

    public static DecoderSpec Read(ModelConfig config) => Read(Name, config, s_defaults);

    /// <summary>What all generations have alike.</summary>
    public static DecoderSpec Read(string architecture, ModelConfig config, ConfigDefaults defaults)
    {
        var spec = DecoderConfig.Read(architecture, config, defaults).WithAttentionBias(config);
        return spec with
        {
            NormOffset = 1,
            EmbeddingScale = (float)Math.Sqrt(spec.HiddenSize),

            // The first files say "gelu", and mean the approximation with which the model was trained.
            Activation = spec.Activation == Activation.GeluErf ? Activation.GeluTanh : spec.Activation,
        };
    }
}
