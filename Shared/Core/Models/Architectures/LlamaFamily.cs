namespace Rill.Models.Architectures;

/// <summary>What Llama and its relatives write alike in config.json, and the refusal of what the decoder does not know.</summary>
internal static class LlamaFamily
{
    // Far beyond what is published, and so small that no product of two overflows and no list of layers is large: whether the weights
    // have so many is looked at only afterwards.
    private const int MostLayers = 4096;
    private const int MostHeads = 1 << 13;
    private const int MostHeadDim = 1 << 13;
    private const int MostWidth = 1 << 20;
    private const int MostTokens = 1 << 28;

    /// <summary>Reads the common fields; biases, norms and windows are the caller's.</summary>
    public static DecoderSpec Read(string architecture, ModelConfig config, ConfigDefaults defaults)
    {
        RefuseUnknown(config);
        var heads = config.Int("num_attention_heads", MostHeads);
        var hidden = config.Int("hidden_size", MostWidth);
        var layers = config.Int("num_hidden_layers", MostLayers);
        var spec = new DecoderSpec
        {
            Architecture = architecture,
            LayerCount = layers,
            HiddenSize = hidden,
            HeadCount = heads,
            KeyValueHeadCount = config.OptionalInt("num_key_value_heads", MostHeads, defaults.KeyValueHeads) ?? heads,
            HeadDim = config.OptionalInt("head_dim", MostHeadDim, defaults.HeadDim) ?? (hidden / heads),
            FeedForwardSize = config.Int("intermediate_size", MostWidth),
            VocabularySize = config.Int("vocab_size", MostTokens),
            ContextLength = config.Int("max_position_embeddings", MostTokens),
            NormEpsilon = (float)config.Number("rms_norm_eps", 1e-6),
            Rotaries = [.. Enumerable.Repeat(RotaryConfig.Read(config), layers)],
            TiedEmbeddings = config.Flag("tie_word_embeddings", false),
            AttentionWindows = new int?[layers],
            PredictionLayerCount = config.Count("num_nextn_predict_layers", absent: 0),
        };

        CheckShapes(spec);
        return spec;
    }

    /// <summary>The width of a sliding window; null for none.</summary>
    public static int? SlidingWindow(ModelConfig config, ConfigDefaults defaults) => config.OptionalInt("sliding_window", MostTokens, defaults.SlidingWindow);

    private static void RefuseUnknown(ModelConfig config)
    {
        if (config.Text("hidden_act") is { } activation && activation is not ("silu" or "swish"))
        {
            throw new ModelFormatException($"config.json: hidden_act '{activation}' is not supported; only silu is.");
        }

        if (config.Section("quantization_config") is { } quantization)
        {
            throw new ModelFormatException(
                $"config.json: quantization_config ({quantization.Text("quant_method") ?? "unnamed"}) is not supported; use the model's bf16 or f32 weights.");
        }
    }

    private static void CheckShapes(DecoderSpec spec)
    {
        if (spec.HeadCount % spec.KeyValueHeadCount != 0)
        {
            throw new ModelFormatException(
                $"config.json: num_attention_heads ({spec.HeadCount}) must be a multiple of num_key_value_heads ({spec.KeyValueHeadCount}).");
        }

        if (spec.HeadDim < 2 || spec.HeadDim % 2 != 0)
        {
            throw new ModelFormatException($"config.json: the width of a head ({spec.HeadDim}) must be even and at least 2.");
        }
    }
}
