namespace Rill.Models.Architectures.PerLayer;

/// <summary>
/// Gemma 4, text only or in its wrappers: layers that attend to everything have wider heads than those with a sliding window, and may take
/// their values from their keys' projection; the last layers may read the keys and values of others; a layer's result is multiplied with
/// a number; the small models have per-layer inputs, and one has experts beside its dense feed-forward.
/// </summary>
internal static class Gemma4
{
    public const string Name = "Gemma4ForCausalLM";
    public const string WrapperName = "Gemma4ForConditionalGeneration";
    public const string UnifiedName = "Gemma4UnifiedForConditionalGeneration";

    private const int PerLayerWidth = 256;

    private static readonly ConfigDefaults s_defaults = new()
    {
        HiddenSize = 2304,
        Layers = 30,
        Heads = 8,
        KeyValueHeads = 4,
        HeadDim = 256,
        FeedForwardSize = 9216,
        VocabularySize = 262_144,
        ContextLength = 131_072,
        SlidingWindow = 512,
        Tied = true,
        Activation = Activation.GeluTanh,
        ActivationNames = ["hidden_activation"],
        Rotary = null,    // Gemma4Layers sees to it
    };

    private static readonly ConfigDefaults s_unifiedDefaults = s_defaults with { ContextLength = 262_144, SlidingWindow = 1024 };

    public static DecoderSpec Read(ModelConfig config) => Read(config, s_defaults, PerLayerWidth);

    public static DecoderSpec ReadWrapper(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(WrapperName, text, Read(text));
    }

    /// <summary>The class whose images and sounds have no towers of their own; it has no per-layer inputs.</summary>
    public static DecoderSpec ReadUnified(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(UnifiedName, text, Read(text, s_unifiedDefaults, perLayerWidth: 0));
    }

    private static DecoderSpec Read(ModelConfig config, ConfigDefaults defaults, int perLayerWidth)
    {
        var spec = DecoderConfig.Read(Name, config, defaults).WithAttentionBias(config).WithSandwichNorms();
        RefuseBothDirections(config);
        spec = Gemma4Layers.Apply(config, spec, defaults) with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            ValueNorm = true,
            AttentionScale = 1,
            EmbeddingScale = (float)Math.Sqrt(spec.HiddenSize),
            LogitSoftCap = (float?)config.OptionalNumber("final_logit_softcapping", absent: null),
            LayerScale = true,
            PerLayerInputs = PerLayerInputConfig.Read(config, spec, perLayerWidth),
            Names = spec.Names with { RouterSuffix = "router.proj", ExpertPrefix = "experts." },
        };
        if (spec.PerLayerInputs is { } inputs && inputs.Vocabulary < spec.VocabularySize)
        {
            throw new ModelFormatException(
                $"config.json: vocab_size_per_layer_input ({inputs.Vocabulary}) must be at least vocab_size ({spec.VocabularySize}).");
        }

        return WithExperts(config, spec);
    }

    /// <summary>Text attends backwards only, also where the parts of an image see one another ("vision").</summary>
    private static void RefuseBothDirections(ModelConfig config)
    {
        const string member = "use_bidirectional_attention";
        if (config.IsText(member) ? config.Text(member) != "vision" : config.Flag(member, false))
        {
            throw new ModelFormatException($"config.json: {member} is not supported for text; only null and \"vision\" are.");
        }
    }

    private static DecoderSpec WithExperts(ModelConfig config, DecoderSpec spec)
    {
        if (!config.Flag("enable_moe_block", false))
        {
            config.PassOver("num_experts", "top_k_experts", "moe_intermediate_size");
            return spec;
        }

        var width = config.OptionalInt("moe_intermediate_size", DecoderConfig.MostWidth)
            ?? config.OptionalInt("expert_intermediate_size", DecoderConfig.MostWidth)    // as the first files spell it
            ?? throw new ModelFormatException("config.json lacks moe_intermediate_size.");
        var (count, top) = (config.Int("num_experts"), config.Int("top_k_experts"));
        var experts = ExpertConfig.Read(config, spec, "num_experts", count, top, width, "top_k_experts") with
        {
            Score = RouterScore.SoftmaxTop,
            BesideDense = true,
        };
        spec = spec with { Experts = [.. Enumerable.Repeat(experts, spec.LayerCount)] };
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, experts, layer)) };
    }

    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, MoeSpec experts, int layer)
    {
        var names = spec.Names;
        var (gateUp, down) = (names.Of(layer, "experts.gate_up_proj"), names.Of(layer, "experts.down_proj"));
        for (var expert = 0; expert < experts.Experts; expert++)
        {
            yield return (names.ExpertGate(layer, expert) + ".weight", new(gateUp) { Expert = expert, Rows = new(0) });
            yield return (names.ExpertUp(layer, expert) + ".weight", new(gateUp) { Expert = expert, Rows = new(experts.Width) });
            yield return (names.ExpertDown(layer, expert) + ".weight", new(down) { Expert = expert });
        }
    }
}
