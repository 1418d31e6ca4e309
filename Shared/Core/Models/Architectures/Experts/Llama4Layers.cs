namespace Rill.Models.Architectures.Experts;

/// <summary>Which layers of Llama 4 rotate, attend within stretches, or let queries grow with their position.</summary>
internal static class Llama4Layers
{
    /// <summary>The spec with these lists.</summary>
    public static DecoderSpec Apply(ModelConfig config, DecoderSpec spec)
    {
        var rotates = Rotates(config, spec.LayerCount);
        var chunk = config.OptionalInt("attention_chunk_size", DecoderConfig.MostTokens, absent: 8192);
        var temperature = config.Switch("attn_temperature_tuning", true)
            ? new QueryTemperature(config.Number("attn_scale", 0.1), FloorScale(config), Offset: 1)
            : null;
        return spec with
        {
            Rotaries = [.. spec.Rotaries.Select((rotary, layer) => rotates[layer] ? rotary : null)],
            AttentionChunks = [.. Chunked(config, rotates).Select(isChunked => isChunked ? chunk : null)],
            QueryTemperatures = [.. rotates.Select(isRotated => isRotated ? null : temperature)],
            QueryKeyNorm = config.Flag("use_qk_norm", true) ? QueryKeyNorm.WeightlessAfterRotary : QueryKeyNorm.None,
        };
    }

    /// <summary>no_rope_layers holds 1 for a layer that does rotate; an empty list is the default, too.</summary>
    private static bool[] Rotates(ModelConfig config, int layers)
    {
        var interval = config.OptionalInt("no_rope_layer_interval") ?? 4;
        var marks = config.Counts("no_rope_layers") ?? [];
        return marks.Count == 0 || marks.Count == layers
            ? [.. Enumerable.Range(0, layers).Select(layer => marks.Count == 0 ? (layer + 1) % interval != 0 : marks[layer] != 0)]
            : throw new ModelFormatException($"config.json: no_rope_layers has {marks.Count} entries for {layers} layers.");
    }

    private static bool[] Chunked(ModelConfig config, bool[] rotates)
    {
        if (config.Texts("layer_types") is not { } types)
        {
            return rotates;
        }

        return types.Count != rotates.Length
            ? throw new ModelFormatException($"config.json: layer_types has {types.Count} entries for {rotates.Length} layers.")
            : types.FirstOrDefault(type => type is not ("chunked_attention" or "full_attention")) is { } other
                ? throw new ModelFormatException($"config.json: the layer type '{other}' is not supported.")
                : [.. types.Select(type => type == "chunked_attention")];
    }

    /// <summary>A whole number, which files may write with a decimal point.</summary>
    private static int FloorScale(ModelConfig config) => config.Number("floor_scale", 8192) is var scale && scale is >= 1 and <= DecoderConfig.MostTokens && double.IsInteger(scale)
        ? (int)scale
        : throw new ModelFormatException("config.json: floor_scale must be a whole number from 1 on.");
}
