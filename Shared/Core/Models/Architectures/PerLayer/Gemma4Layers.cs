using Rill.Models.Rotary;

namespace Rill.Models.Architectures.PerLayer;

/// <summary>What differs from layer to layer in Gemma 4.</summary>
internal static class Gemma4Layers
{
    private const int Period = 6;    // layers from one that attends to everything to the next

    private static readonly RotaryDefaults s_full = new() { Theta = 1e6, Share = 1 };
    private static readonly RotaryDefaults s_sliding = new();

    /// <summary>The spec with these lists.</summary>
    /// <exception cref="ModelFormatException">Settings do not fit one another; the message names them.</exception>
    public static DecoderSpec Apply(ModelConfig config, DecoderSpec spec, ConfigDefaults defaults)
    {
        var windows = Windows(config, spec, defaults);
        var headDim = config.OptionalInt("global_head_dim", DecoderConfig.MostHeadDim, absent: 512) ?? spec.HeadDim;
        DecoderConfig.CheckHeadDim(headDim);
        var valuesFromKeys = config.Flag("attention_k_eq_v", false);
        var globalHeads = config.OptionalInt("num_global_key_value_heads", DecoderConfig.MostHeads);
        var heads = (valuesFromKeys ? globalHeads : null) ?? spec.KeyValueHeadCount;
        if (spec.HeadCount % heads != 0)
        {
            throw new ModelFormatException(
                $"config.json: num_attention_heads ({spec.HeadCount}) must be a multiple of num_global_key_value_heads ({heads}).");
        }

        var sources = SharedKeyValues.Sources(config, windows, absent: 0);
        var (full, sliding) = Rotaries(config, spec, headDim);
        return spec with
        {
            AttentionWindows = windows,
            HeadDims = [.. windows.Select(window => window is null ? headDim : spec.HeadDim)],
            KeyValueHeadCounts = [.. windows.Select(window => window is null ? heads : spec.KeyValueHeadCount)],
            ValuesFromKeyProjection = [.. windows.Select(window => valuesFromKeys && window is null)],
            KeyValueSources = sources,
            FeedForwardSizes = FeedForwardSizes(config, spec, sources),
            Rotaries = [.. windows.Select(window => window is null ? full : sliding)],
        };
    }

    /// <summary>The last layer attends to everything, whatever layer_types says.</summary>
    private static IReadOnlyList<int?> Windows(ModelConfig config, DecoderSpec spec, ConfigDefaults defaults)
    {
        var windows = AttentionWindowConfig.Read(
            config, spec.LayerCount, DecoderConfig.SlidingWindow(config, defaults), layer => (layer + 1) % Period != 0);
        return [.. windows.SkipLast(1), null];
    }

    /// <summary>Layers that read the keys and values of others may have twice the width.</summary>
    private static IReadOnlyList<int> FeedForwardSizes(ModelConfig config, DecoderSpec spec, IReadOnlyList<int?> sources) =>
        config.Flag("use_double_wide_mlp", false)
            ? [.. sources.Select((source, layer) => source == layer ? spec.FeedForwardSize : 2 * spec.FeedForwardSize)]
            : [];

    private static (RotarySpec Full, RotarySpec Sliding) Rotaries(ModelConfig config, DecoderSpec spec, int fullHeadDim)
    {
        if (config.Section("rope_parameters") is not { } sections)
        {
            return (new(s_full.Theta) { Scaling = new ProportionalRotaryScaling(0.25) }, new(s_sliding.Theta));
        }

        return RotaryConfig.HasLayerTypes(config) && sections.Names.Count() == 2
            ? RotaryConfig.ReadByLayerType(config, s_full, s_sliding, spec.HeadDim, spec.ContextLength, fullHeadDim)
            : throw new ModelFormatException(
                "config.json: rope_parameters must have the sections full_attention and sliding_attention, and no other.");
    }
}
