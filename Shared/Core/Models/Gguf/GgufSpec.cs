using Rill.Models.Architectures;

namespace Rill.Models.Gguf;

/// <summary>
/// Makes the decoder of a class that of its GGUF files, which call tensors by other names, have 1 added to norms that are stored less 1, and
/// for some architectures have the rows of queries and keys permuted. What differs in layers with a state: <see cref="GgufHybrid"/>.
/// </summary>
internal static class GgufSpec
{
    private static readonly WeightNames s_names = new()
    {
        Embedding = "token_embd.weight",
        Positions = "position_embd.weight",
        Head = "output.weight",
        LayerPrefix = "blk.",
        AttentionNormSuffix = "attn_norm.weight",
        AttentionPostNormSuffix = "post_attention_norm.weight",
        FeedForwardPostNormSuffix = "post_ffw_norm.weight",
        QueryNormSuffix = "attn_q_norm.weight",
        KeyNormSuffix = "attn_k_norm.weight",
        QuerySuffix = "attn_q",
        KeySuffix = "attn_k",
        ValueSuffix = "attn_v",
        SinksSuffix = "attn_sinks.weight",
        AttentionSubNormSuffix = "attn_sub_norm.weight",
        OutputSuffix = "attn_output",
        GateSuffix = "ffn_gate",
        UpSuffix = "ffn_up",
        FeedForwardSubNormSuffix = "ffn_sub_norm.weight",
        DownSuffix = "ffn_down",
        RouterSuffix = "ffn_gate_inp",
        SelectionBiasSuffix = "exp_probs_b.bias",
        SharedGateSuffix = "ffn_gate_shexp",
        SharedUpSuffix = "ffn_up_shexp",
        SharedDownSuffix = "ffn_down_shexp",
        SharedExpertGateSuffix = "ffn_gate_inp_shexp",
        QueryDownSuffix = "attn_q_a",
        QueryDownNormSuffix = "attn_q_a_norm.weight",
        LatentDownSuffix = "attn_kv_a_mqa",
        LatentNormSuffix = "attn_kv_a_norm.weight",
        DeltaNet = GgufHybrid.DeltaNetNames,
        ShortConv = GgufHybrid.ShortConvNames,
        LayerScaleSuffix = "layer_output_scale.weight",
        PerLayer = GgufGemma.PerLayerNames,
        AltUp = GgufGemma.AltUpNames,
        ParallelExperts = GgufGemma.ParallelExpertNames,
    };

    /// <summary>The decoder of GGUF files where config.json says that it was made of one; else as it is.</summary>
    /// <param name="spec">What the class's reader makes of config.json.</param>
    /// <param name="config">That config.json.</param>
    /// <exception cref="ModelFormatException">The architecture is not supported, or rope_freqs.weight has another length than it must.</exception>
    public static DecoderSpec Of(DecoderSpec spec, ModelConfig config)
    {
        if (config.Section(GgufConfig.Section) is not { } marks)
        {
            return spec;
        }

        var architecture = GgufArchitectures.Of(marks.Text(GgufConfig.Architecture) ?? "");
        var divisors = marks.Numbers(GgufConfig.RotaryDivisors);
        var joined = marks.Texts(GgufConfig.JoinedParts) ?? [];
        spec = spec with
        {
            Published = spec,
            NormOffset = 0,
            Names = s_names with
            {
                FinalNorm = architecture.FinalNorm,
                FeedForwardNormSuffix = architecture.FeedForwardNorm,
                LatentQuerySuffix = spec.Latent is { QueryRank: null } ? "attn_q" : "attn_q_b",
            },
            Prefixes = [],
            PassedOver = ["rope_freqs.", "rope_factors_"],
            PassedOverEndings = [],
            Mixers = [.. spec.Mixers.Select(mixer => GgufHybrid.Converted(mixer, architecture))],
            Rotaries = [.. spec.Rotaries.Select((rotary, layer) => rotary is null ? null
                : Turned(rotary, spec.HeadDimOf(layer), architecture, IsDivided(layer) ? divisors : null))],
        };
        var fusedExperts = marks.Flag(GgufConfig.FusedExperts, false);
        var ofLayers = FusedWeights.OfLayers(
            spec, layer => [.. Recipes(spec, architecture, fusedExperts, layer), .. GgufHybrid.Recipes(spec, layer, joined)]);
        var ofStreams = GgufGemma.StreamRecipes(spec).Select(part => KeyValuePair.Create(part.Name, part.Recipe));
        return spec with { Recipes = ofLayers.Concat(ofStreams).ToDictionary(StringComparer.Ordinal) };

        bool IsDivided(int layer) => !architecture.DividesWithoutWindow || spec.AttentionWindows[layer] is null;
    }

    private static RotarySpec Turned(RotarySpec rotary, int headDim, GgufArchitecture architecture, IReadOnlyList<double>? divisors)
    {
        var pairs = rotary.Rotated(headDim) / 2;
        if (divisors is not null && divisors.Count != pairs)
        {
            throw new ModelFormatException(
                $"rope_freqs.weight has {divisors.Count} elements, but {pairs} pairs of each head are rotated; convert the model anew.");
        }

        return rotary with
        {
            Interleaved = architecture.Interleaved ?? rotary.Interleaved,
            Scaling = divisors is null ? rotary.Scaling : new DividedRotaryScaling(divisors, rotary.Scaling),
        };
    }

    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(
        DecoderSpec spec, GgufArchitecture architecture, bool fusedExperts, int layer) =>
    [
        .. architecture.FusedQueryKeyValue ? FusedWeights.QueryKeyValue(spec, layer, $"blk.{layer}.attn_qkv", groups: 1) : [],
        .. architecture.FusedGateUp && spec.ExpertsOf(layer) is null ? FusedWeights.GateUp(spec, layer, "ffn_up.weight") : [],
        .. spec.Latent is null ? [] : Enumerable.Range(0, spec.HeadCount).SelectMany(head => OfHead(spec, layer, head)),
        .. spec.ExpertsOf(layer) is not { } experts ? []
            : fusedExperts ? FusedWeights.Experts(spec, experts, layer, "ffn_gate_up_exps.weight", "ffn_down_exps.weight")
            : Enumerable.Range(0, experts.Experts).SelectMany(expert => OfExpert(spec, layer, expert)),
    ];

    /// <summary>The matrices of all heads of latent attention are stacked.</summary>
    private static IEnumerable<(string Name, WeightRecipe Recipe)> OfHead(DecoderSpec spec, int layer, int head) =>
    [
        (spec.Names.HeadKey(layer, head) + ".weight", new($"blk.{layer}.attn_k_b.weight") { Expert = head }),
        (spec.Names.HeadValue(layer, head) + ".weight", new($"blk.{layer}.attn_v_b.weight") { Expert = head }),
    ];

    /// <summary>The matrices of all experts are stacked, and so are their biases.</summary>
    private static IEnumerable<(string Name, WeightRecipe Recipe)> OfExpert(DecoderSpec spec, int layer, int expert) =>
        from part in ((string Name, string Stack)[])
        [
            (spec.Names.ExpertGate(layer, expert), "ffn_gate_exps"),
            (spec.Names.ExpertUp(layer, expert), "ffn_up_exps"),
            (spec.Names.ExpertDown(layer, expert), "ffn_down_exps"),
        ]
        from ending in (string[])[".weight", ".bias"]
        select (part.Name + ending, new WeightRecipe($"blk.{layer}.{part.Stack}{ending}") { Expert = expert });
}
