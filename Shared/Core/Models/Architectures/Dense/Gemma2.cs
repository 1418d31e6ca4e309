namespace Rill.Models.Architectures.Dense;

/// <summary>Gemma 2: norms around both halves of a layer, capped scores and logits, a sliding window on every other layer from the first.</summary>
internal static class Gemma2
{
    public const string Name = "Gemma2ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 4,
        HeadDim = 256,
        SlidingWindow = 4096,
        Tied = true,
        Activation = Activation.GeluTanh,
        ActivationNames = ["hidden_activation", "hidden_act"],
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = Gemma.Read(Name, config, s_defaults).WithSandwichNorms();
        return spec with
        {
            AttentionScale = (float)Math.Pow(config.Number("query_pre_attn_scalar", 256), -0.5),
            AttentionSoftCap = (float?)config.OptionalNumber("attn_logit_softcapping", absent: 50),
            LogitSoftCap = (float?)config.OptionalNumber("final_logit_softcapping", absent: 30),
            AttentionWindows = AttentionWindowConfig.Read(
                config, spec.LayerCount, DecoderConfig.SlidingWindow(config, s_defaults), layer => layer % 2 == 0),
        };
    }
}
