namespace Rill.Models.Architectures.Hybrid;

/// <summary>
/// What Qwen3-Next and Qwen 3.5 share: gated delta nets in three layers of four, and in the fourth attention with a gate on its result, a norm
/// over each head and a quarter of each head rotated. Norms store what exceeds 1, except those within the delta nets.
/// </summary>
internal static class DeltaNetLayers
{
    // Far beyond what is published; the heads of all sequences of a step are pieces of one phase.
    private const int MostHeads = 256;
    private const int MostHeadWidth = 1024;
    private const int MostTaps = 64;

    /// <summary>Layers that guess ahead, beside the decoder.</summary>
    private static readonly string[] s_passedOver = ["mtp.", "model.mtp."];

    /// <summary>How these classes rotate; the sections say where an image's rows and columns turn, which is one for text.</summary>
    public static RotaryDefaults Rotary { get; } = new() { Share = 0.25, OwnMembers = ["mrope_section", "mrope_interleaved"] };

    /// <summary>The spec with these layers; recipes for them are the caller's.</summary>
    /// <exception cref="ModelFormatException">A number cannot be, or a layer is of another type.</exception>
    public static DecoderSpec Apply(ModelConfig config, DecoderSpec spec)
    {
        var mixer = new DeltaNetSpec
        {
            Taps = Taps(config, "linear_conv_kernel_dim", absent: 4),
            KeyHeads = config.OptionalInt("linear_num_key_heads", MostHeads) ?? 16,
            ValueHeads = config.OptionalInt("linear_num_value_heads", MostHeads) ?? 32,
            KeyWidth = config.OptionalInt("linear_key_head_dim", MostHeadWidth) ?? 128,
            ValueWidth = config.OptionalInt("linear_value_head_dim", MostHeadWidth) ?? 128,
        };
        if (mixer.ValueHeads % mixer.KeyHeads != 0)
        {
            throw new ModelFormatException(
                $"config.json: linear_num_value_heads ({mixer.ValueHeads}) must be a multiple of linear_num_key_heads ({mixer.KeyHeads}).");
        }

        var interval = config.OptionalInt("full_attention_interval") ?? 4;
        return spec.WithAttentionBias(config) with
        {
            NormOffset = 1,
            QueryKeyNorm = QueryKeyNorm.Head,
            OutputGate = config.Flag("attn_output_gate", true),
            Mixers = MixerLayers.Read(config, spec.LayerCount, mixer, "linear_attention", layer => (layer + 1) % interval == 0),
            PassedOver = s_passedOver,
        };
    }

    /// <summary>The inputs that a convolution weighs.</summary>
    /// <exception cref="ModelFormatException">They are too few or too many.</exception>
    public static int Taps(ModelConfig config, string name, int absent)
    {
        var taps = config.OptionalInt(name, MostTaps) ?? absent;
        return taps >= 2 ? taps : throw new ModelFormatException($"config.json: {name} must be from 2 to {MostTaps}, but is {taps}.");
    }

    /// <summary>Of a delta net: one matrix has the rows of all queries, all keys and all values.</summary>
    /// <param name="fused">The matrix behind the layer's number, without ".weight".</param>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> QueryKeyValue(DecoderSpec spec, DeltaNetSpec delta, int layer, string fused)
    {
        var names = spec.Names.DeltaNet;
        yield return Part(spec, layer, names.Query, fused, new(0));
        yield return Part(spec, layer, names.Key, fused, new(delta.KeySize));
        yield return Part(spec, layer, names.Value, fused, new(2L * delta.KeySize));
    }

    /// <summary>
    /// Of a delta net: by key head, one matrix has its rows [query | key | values | gates], with values and gates of the value heads that it serves.
    /// </summary>
    /// <inheritdoc cref="QueryKeyValue"/>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> ByKeyHead(DecoderSpec spec, DeltaNetSpec delta, int layer, string fused)
    {
        var (names, key, values) = (spec.Names.DeltaNet, (long)delta.KeyWidth, (long)delta.Group * delta.ValueWidth);
        var stride = (2 * key) + (2 * values);
        yield return Part(spec, layer, names.Query, fused, new(0, key, stride));
        yield return Part(spec, layer, names.Key, fused, new(key, key, stride));
        yield return Part(spec, layer, names.Value, fused, new(2 * key, values, stride));
        yield return Part(spec, layer, names.Gate, fused, new((2 * key) + values, values, stride));
    }

    /// <summary>Of a delta net: by key head, one matrix has its rows [b | a] of the value heads that it serves.</summary>
    /// <inheritdoc cref="QueryKeyValue"/>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> BetaDecay(DecoderSpec spec, DeltaNetSpec delta, int layer, string fused)
    {
        yield return Part(spec, layer, spec.Names.DeltaNet.Beta, fused, new(0, delta.Group, 2L * delta.Group));
        yield return Part(spec, layer, spec.Names.DeltaNet.Decay, fused, new(delta.Group, delta.Group, 2L * delta.Group));
    }

    /// <summary>Of a layer with attention: q_proj has each head's query and then its gate.</summary>
    public static IEnumerable<(string Name, WeightRecipe Recipe)> GatedQuery(DecoderSpec spec, int layer)
    {
        if (!spec.OutputGate)
        {
            yield break;
        }

        var (query, gate, width) = (spec.Names.Query(layer), spec.Names.OutputGate(layer), (long)spec.HeadDim);
        foreach (var part in spec.QueryKeyValueBias ? (string[])[".weight", ".bias"] : [".weight"])
        {
            yield return (query + part, new(query + part) { Rows = new(0, width, 2 * width) });
            yield return (gate + part, new(query + part) { Rows = new(width, width, 2 * width) });
        }
    }

    private static (string Name, WeightRecipe Recipe) Part(DecoderSpec spec, int layer, string name, string fused, RowPattern rows) =>
        (spec.Names.Of(layer, name) + ".weight", new(spec.Names.Of(layer, fused) + ".weight") { Rows = rows });
}
