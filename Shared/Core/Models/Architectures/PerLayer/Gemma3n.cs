namespace Rill.Models.Architectures.PerLayer;

/// <summary>
/// Gemma 3n, text only or in its wrapper: several residual streams, augmented residuals and per-layer inputs; the first layers' gates are
/// mostly zero, and the last layers read the keys and values of others.
/// </summary>
internal static class Gemma3n
{
    public const string Name = "Gemma3nForCausalLM";
    public const string WrapperName = "Gemma3nForConditionalGeneration";

    private const int Period = 5;           // layers from one that attends to everything to the next
    private const int SparseLayers = 10;    // where nothing is said, in models that have more layers
    private const double Sparsity = 0.95;
    private const int MostStreams = 16;

    private static readonly ConfigDefaults s_defaults = new()
    {
        HiddenSize = 2048,
        Layers = 35,
        Heads = 8,
        KeyValueHeads = 2,
        HeadDim = 256,
        FeedForwardSize = 16_384,
        FeedForwardSizeByLayer = true,
        VocabularySize = 262_400,
        ContextLength = 32_768,
        SlidingWindow = 512,
        Tied = true,
        Activation = Activation.GeluTanh,
        ActivationNames = ["hidden_activation"],
        Rotary = new() { Theta = 1e6 },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var defaults = RotaryConfig.HasLayerTypes(config) ? s_defaults with { Rotary = null } : s_defaults;
        var spec = DecoderConfig.Read(Name, config, defaults).WithAttentionBias(config).WithSandwichNorms();
        var windows = AttentionWindowConfig.Read(
            config, spec.LayerCount, DecoderConfig.SlidingWindow(config, s_defaults), layer => (layer + 1) % Period != 0);
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            ValueNorm = true,
            AttentionScale = 1,
            AttentionWindows = windows,
            KeyValueSources = SharedKeyValues.Sources(config, windows, absent: 15),
            Rotaries = Dense.Gemma3.Rotaries(config, spec, s_defaults.Rotary!, windows),
            EmbeddingScale = (float)Math.Sqrt(spec.HiddenSize),
            LogitSoftCap = (float?)config.OptionalNumber("final_logit_softcapping", absent: 30),
            GateCutoffs = Cutoffs(config, spec.LayerCount),
            PerLayerInputs = PerLayerInputConfig.Read(config, spec, absent: 256)
                ?? throw new ModelFormatException($"config.json: hidden_size_per_layer_input must not be 0 for {Name}."),
            AltUp = Streams(config),
            LaurelRank = config.OptionalInt("laurel_rank", DecoderConfig.MostWidth) ?? 64,
        };
    }

    public static DecoderSpec ReadWrapper(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(WrapperName, text, Read(text));
    }

    private static AltUpSpec Streams(ModelConfig config)
    {
        if (config.Count("altup_active_idx", absent: 0) != 0)
        {
            throw new ModelFormatException("config.json: altup_active_idx must be 0; others are not supported.");
        }

        var streams = config.OptionalInt("altup_num_inputs", MostStreams) ?? 4;
        return streams > 1
            ? new(streams, config.Flag("altup_correct_scale", true))
            : throw new ModelFormatException("config.json: altup_num_inputs must be at least 2.");
    }

    /// <summary>activation_sparsity_pattern holds for each layer the share of gates that a normal distribution would have below the cutoff.</summary>
    private static IReadOnlyList<float?> Cutoffs(ModelConfig config, int layers)
    {
        const string member = "activation_sparsity_pattern";
        var shares = config.Shares(member)
            ?? [.. Enumerable.Range(0, layers).Select(layer => layers > SparseLayers && layer < SparseLayers ? Sparsity : 0)];
        return shares.Count == layers
            ? [.. shares.Select(share => share > 0 ? (float?)NormalQuantile.Of(share) : null)]
            : throw new ModelFormatException($"config.json: {member} has {shares.Count} entries for {layers} layers.");
    }
}
