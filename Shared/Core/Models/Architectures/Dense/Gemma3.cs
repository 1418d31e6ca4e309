namespace Rill.Models.Architectures.Dense;

/// <summary>
/// Gemma 3, text only or in its wrapper: Gemma 2 with norms over each head of queries and keys, five layers with a sliding window for each
/// without, and rotary settings of their own for either kind.
/// </summary>
internal static class Gemma3
{
    public const string Name = "Gemma3ForCausalLM";
    public const string WrapperName = "Gemma3ForConditionalGeneration";

    // The published wrappers leave out most of their text_config, so that every size has the class's default.
    private static readonly ConfigDefaults s_defaults = new()
    {
        HiddenSize = 2304,
        Layers = 26,
        Heads = 8,
        KeyValueHeads = 4,
        HeadDim = 256,
        FeedForwardSize = 9216,
        VocabularySize = 262_208,
        ContextLength = 131_072,
        SlidingWindow = 4096,
        Tied = true,
        Activation = Activation.GeluTanh,
        ActivationNames = ["hidden_activation", "hidden_act"],
        Rotary = new() { Theta = 1e6 },
    };

    private static readonly RotaryDefaults s_slidingRotary = new() { ThetaName = "rope_local_base_freq" };

    public static DecoderSpec Read(ModelConfig config)
    {
        var byLayerType = RotaryConfig.HasLayerTypes(config);
        var spec = Gemma.Read(Name, config, byLayerType ? s_defaults with { Rotary = null } : s_defaults).WithSandwichNorms();
        var period = config.OptionalInt("sliding_window_pattern");
        var laterPeriod = config.OptionalInt("_sliding_window_pattern");    // as transformers writes it since 4.53
        var windows = AttentionWindowConfig.Read(
            config, spec.LayerCount, DecoderConfig.SlidingWindow(config, s_defaults), layer => (layer + 1) % (period ?? laterPeriod ?? 6) != 0);
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            AttentionScale = (float)Math.Pow(config.Number("query_pre_attn_scalar", 256), -0.5),
            AttentionSoftCap = (float?)config.OptionalNumber("attn_logit_softcapping", absent: null),
            LogitSoftCap = (float?)config.OptionalNumber("final_logit_softcapping", absent: null),
            AttentionWindows = windows,
            Rotaries = Rotaries(config, spec, s_defaults.Rotary!, windows),
        };
    }

    /// <summary>Rotary settings of their own for layers with and without a sliding window, which stand side by side or by layer type.</summary>
    public static IReadOnlyList<RotarySpec?> Rotaries(ModelConfig config, DecoderSpec spec, RotaryDefaults fullDefaults, IReadOnlyList<int?> windows)
    {
        var (full, sliding) = RotaryConfig.HasLayerTypes(config)
            ? RotaryConfig.ReadByLayerType(config, fullDefaults, s_slidingRotary, spec.HeadDim, spec.ContextLength)
            : (spec.Rotaries[0], new RotarySpec(config.Number(s_slidingRotary.ThetaName, s_slidingRotary.Theta)));
        return [.. windows.Select(window => window is null ? full : sliding)];
    }

    public static DecoderSpec ReadWrapper(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(WrapperName, text, Read(text));
    }
}
