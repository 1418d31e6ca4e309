using Rill.Models.Packed;

namespace Rill.Models.Architectures;

/// <summary>What most families write alike in config.json.</summary>
internal static class DecoderConfig
{
    // Far beyond what is published, and so small that no product of two overflows and no list of layers is large: whether the weights
    // have so many is looked at only afterwards.
    public const int MostLayers = 4096;
    public const int MostHeads = 1 << 13;
    public const int MostWidth = 1 << 20;
    public const int MostTokens = 1 << 28;
    public const int MostHeadDim = 1 << 13;

    private const int MostHeadsOfAllLayers = 1 << 16;

    /// <summary>Reads the common fields; biases, norms, windows and names are the caller's.</summary>
    public static DecoderSpec Read(string architecture, ModelConfig config, ConfigDefaults defaults)
    {
        _ = PackedFormats.Of(config);
        var heads = Size(config, defaults.HeadsName, MostHeads, defaults.Heads);
        var hidden = Size(config, defaults.HiddenSizeName, MostWidth, defaults.HiddenSize);
        var layers = Size(config, defaults.LayersName, MostLayers, defaults.Layers);
        var headDim = config.OptionalInt("head_dim", MostHeadDim, defaults.HeadDim) ?? (hidden / heads);
        CheckHeadDim(headDim);
        var widths = defaults.FeedForwardSizeByLayer ? SizesByLayer(config, defaults.FeedForwardSizeName, layers) : null;
        var context = Size(config, defaults.ContextLengthName, MostTokens, defaults.ContextLength);
        var spec = new DecoderSpec
        {
            Architecture = architecture,
            LayerCount = layers,
            HiddenSize = hidden,
            HeadCount = heads,
            KeyValueHeadCount = config.OptionalInt("num_key_value_heads", MostHeads, defaults.KeyValueHeads) ?? heads,
            HeadDim = headDim,
            FeedForwardSize = widths?.Max() ?? Size(config, defaults.FeedForwardSizeName, MostWidth, defaults.FeedForwardSize),
            FeedForwardSizes = widths ?? [],
            VocabularySize = Size(config, "vocab_size", MostTokens, defaults.VocabularySize),
            ContextLength = context,
            NormEpsilon = (float)config.Number(defaults.NormEpsilonName, defaults.NormEpsilon),
            Activation = ActivationConfig.Read(config, defaults),
            Rotaries = [.. Enumerable.Repeat(defaults.Rotary is { } rotary ? RotaryConfig.Read(config, rotary, headDim, context) : null, layers)],
            TiedEmbeddings = config.Flag("tie_word_embeddings", defaults.Tied),
            AttentionWindows = new int?[layers],
            PredictionLayerCount = config.Count("num_nextn_predict_layers", absent: 0),
        };

        CheckHeads(spec);
        return spec;
    }

    /// <summary>The width of a sliding window; null for none.</summary>
    public static int? SlidingWindow(ModelConfig config, ConfigDefaults defaults) =>
        config.OptionalInt("sliding_window", MostTokens, defaults.SlidingWindow);

    /// <summary>The spec with biases on all projections of attention where attention_bias says so.</summary>
    public static DecoderSpec WithAttentionBias(this DecoderSpec spec, ModelConfig config, bool absent = false)
    {
        var bias = config.Flag("attention_bias", absent);
        return spec with { QueryKeyValueBias = bias, OutputBias = bias };
    }

    /// <exception cref="ModelFormatException">A head of this width cannot be rotated.</exception>
    public static void CheckHeadDim(int headDim)
    {
        if (headDim < 2 || headDim % 2 != 0)
        {
            throw new ModelFormatException($"config.json: the width of a head ({headDim}) must be even and at least 2.");
        }
    }

    /// <summary>For families with tensors of each head of each layer: DeepSeek's largest model has 8 thousand heads in all.</summary>
    /// <exception cref="ModelFormatException">There are so many that their names alone would fill the memory.</exception>
    public static void CheckHeadsOfAllLayers(DecoderSpec spec)
    {
        if ((long)spec.HeadCount * spec.LayerCount > MostHeadsOfAllLayers)
        {
            throw new ModelFormatException(
                $"config.json: num_attention_heads times num_hidden_layers is {(long)spec.HeadCount * spec.LayerCount}, but at most "
                + $"{MostHeadsOfAllLayers} heads are supported.");
        }
    }

    /// <summary>A size that must be there unless the class has one of its own.</summary>
    private static int Size(ModelConfig config, string name, int most, int? absent) =>
        absent is { } known ? config.OptionalInt(name, most) ?? known : config.Int(name, most);

    /// <summary>A list of a width for each layer; null where it is one for all.</summary>
    private static IReadOnlyList<int>? SizesByLayer(ModelConfig config, string name, int layers)
    {
        if (!config.IsList(name))
        {
            return null;
        }

        var sizes = config.Sizes(name)!;
        return sizes.Count == layers && sizes.All(size => size <= MostWidth)
            ? sizes
            : throw new ModelFormatException($"config.json: {name} must have {layers} entries, each at most {MostWidth}.");
    }

    private static void CheckHeads(DecoderSpec spec)
    {
        if (spec.HeadCount % spec.KeyValueHeadCount != 0)
        {
            throw new ModelFormatException(
                $"config.json: num_attention_heads ({spec.HeadCount}) must be a multiple of num_key_value_heads ({spec.KeyValueHeadCount}).");
        }
    }
}
