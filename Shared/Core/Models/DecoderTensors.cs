using System.Globalization;

namespace Rill.Models;

/// <summary>The tensors that a decoder takes from its weights' files.</summary>
public static class DecoderTensors
{
    /// <summary>Every tensor's name and shape (outermost dimension first).</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(DecoderSpec spec)
    {
        var names = spec.Names;
        yield return (names.Embedding, [spec.VocabularySize, spec.HiddenSize]);
        if (spec.LearnedPositions)
        {
            yield return (names.Positions, [spec.ContextLength, spec.HiddenSize]);
        }

        foreach (var tensor in InputTensors.Of(spec))
        {
            yield return tensor;
        }

        foreach (var tensor in Enumerable.Range(0, spec.LayerCount).SelectMany(layer => OfLayer(spec, layer)))
        {
            yield return tensor;
        }

        foreach (var tensor in Norm(spec, names.FinalNorm))
        {
            yield return tensor;
        }

        if (!spec.TiedEmbeddings)
        {
            yield return (names.Head, [spec.VocabularySize, spec.HiddenSize]);
        }

        if (spec.HeadBias)
        {
            yield return (WeightNames.BiasOf(names.Head), [spec.VocabularySize]);
        }
    }

    /// <summary>
    /// The matrices that are multiplied with rows and large: without routers, whose choices a rounding may turn, tables, and what a delta net
    /// forgets and learns by, whose roundings its state would gather.
    /// </summary>
    public static IEnumerable<(string Name, long[] Shape)> Matrices(DecoderSpec spec)
    {
        var names = spec.Names;
        var exact = Enumerable.Range(0, spec.LayerCount)
            .SelectMany(layer => (string[])
            [
                names.Router(layer) + ".weight", names.SharedExpertGate(layer) + ".weight", names.QueryNorm(layer), names.KeyNorm(layer),
                .. InputTensors.ExactOf(spec, layer),
                names.Of(layer, names.DeltaNet.Beta) + ".weight", names.Of(layer, names.DeltaNet.Decay) + ".weight",
            ])
            .Append(names.Positions).ToHashSet(StringComparer.Ordinal);
        return Of(spec).Where(tensor => tensor.Shape.Length == 2 && !exact.Contains(tensor.Name));
    }

    /// <summary>
    /// Finds every tensor and checks its shape and type, without reading its data. A tensor that the decoder would pass over is refused, too:
    /// whoever wrote it computed with it.
    /// </summary>
    /// <exception cref="ModelFormatException">One is missing or unknown, or has another shape or an unsupported type; the message names it.</exception>
    public static void Check(DecoderSpec spec, ModelWeights weights)
    {
        if (!spec.TiedEmbeddings && !weights.Has(spec.Names.Head))
        {
            throw new ModelFormatException(
                $"The weights lack the tensor {spec.Names.Head}, and config.json does not say that the embedding takes its place (tie_word_embeddings).");
        }

        var known = new List<string>();
        foreach (var (name, shape) in Of(spec))
        {
            weights.Check(name, shape);
            known.Add(name);
        }

        if (weights.UnusedNames(known).FirstOrDefault(name => !IsPassedOver(spec, name)) is { } stray)
        {
            throw new ModelFormatException(LayerOf(spec, stray) >= spec.LayerCount
                ? $"The weights hold {stray}, but config.json names only {spec.LayerCount} layers (num_hidden_layers)."
                : $"The weights hold {stray}, which {spec.Architecture} does not have as config.json describes it; to serve the model without it would be to serve another model.");
        }
    }

    /// <summary>What families publish beside what a decoder computes with: a tied head's copy, old tables of frequencies, layers that guess ahead.</summary>
    private static bool IsPassedOver(DecoderSpec spec, string name) =>
        (spec.TiedEmbeddings && name == spec.Names.Head)
        || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || spec.PassedOver.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal))
        || spec.PassedOverEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        || (LayerOf(spec, name) is { } layer && (layer < spec.LayerCount
            ? IsOfUnusedKeysAndValues(spec, name, layer)
            : layer - spec.LayerCount < spec.PredictionLayerCount));

    /// <summary>Files hold them also for layers that read another's.</summary>
    private static bool IsOfUnusedKeysAndValues(DecoderSpec spec, string name, int layer)
    {
        string[] parts = [spec.Names.Key(layer) + ".", spec.Names.Value(layer) + ".", spec.Names.KeyNorm(layer)];
        return spec.CacheLayerOf(layer) is { } source && source != layer && parts.Any(part => name.StartsWith(part, StringComparison.Ordinal));
    }

    /// <summary>The layer that a tensor's name tells; null for none.</summary>
    private static int? LayerOf(DecoderSpec spec, string name)
    {
        var prefix = spec.Names.LayerPrefix;
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length).Slice(0, Math.Max(0, name.AsSpan(prefix.Length).IndexOf('.'))), NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
                ? layer
                : null;
    }

    private static IEnumerable<(string Name, long[] Shape)> OfLayer(DecoderSpec spec, int layer)
    {
        var names = spec.Names;
        return
        [
            .. OfMixer(spec, layer),
            .. spec.ExpertsOf(layer) is { } experts ? OfExperts(spec, experts, layer) : [],
            .. spec.ExpertsOf(layer) is null or { BesideDense: true } ? OfFeedForward(spec, layer) : [],
            .. spec.PreNorms ? Norm(spec, names.AttentionNorm(layer)) : [],
            .. spec.PreNorms && spec.Residual != ResidualKind.ParallelOneNorm ? Norm(spec, names.FeedForwardNorm(layer)) : [],
            .. spec.PostNorms ? [.. Norm(spec, names.AttentionPostNorm(layer)), .. Norm(spec, names.FeedForwardPostNorm(layer))] : Nothing,
            .. spec.SubNorms ? [(names.FeedForwardSubNorm(layer), [spec.FeedForwardSizeOf(layer)])] : Nothing,
            .. spec.LayerScale ? [(names.LayerScale(layer), [1])] : Nothing,
            .. InputTensors.OfLayer(spec, layer),
        ];
    }

    private static IEnumerable<(string Name, long[] Shape)> OfMixer(DecoderSpec spec, int layer) => spec.MixerOf(layer) switch
    {
        DeltaNetSpec delta => OfDeltaNet(spec, delta, layer),
        ShortConvSpec conv => OfShortConv(spec, conv, layer),
        _ => OfAttention(spec, layer),
    };

    private static IEnumerable<(string Name, long[] Shape)> OfAttention(DecoderSpec spec, int layer)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        long attention = spec.QuerySizeOf(layer);
        IEnumerable<(string, long[])> projections = spec.Latent is { } latent ? OfLatent(spec, latent, layer) :
        [
            .. Linear(names.Query(layer), attention, hidden, spec.QueryKeyValueBias),
            .. spec.CachesKeyValues(layer) ? OfKeysAndValues(spec, layer) : [],
            .. spec.OutputGate ? Linear(names.OutputGate(layer), attention, hidden, spec.QueryKeyValueBias) : [],
            .. Linear(names.Output(layer), hidden, attention, spec.OutputBias),
        ];
        return
        [
            .. projections,
            .. QueryKeyNorms(spec, layer),
            .. spec.AttentionSinks ? [(names.Sinks(layer), [spec.HeadCount])] : Nothing,
            .. spec.SubNorms ? [(names.AttentionSubNorm(layer), [attention])] : Nothing,
        ];
    }

    private static IEnumerable<(string Name, long[] Shape)> OfDeltaNet(DecoderSpec spec, DeltaNetSpec delta, int layer)
    {
        var (names, hidden) = (spec.Names.DeltaNet, spec.HiddenSize);
        return
        [
            .. Linear(Of(names.Query), delta.KeySize, hidden, bias: false),
            .. Linear(Of(names.Key), delta.KeySize, hidden, bias: false),
            .. Linear(Of(names.Value), delta.ValueSize, hidden, bias: false),
            .. Linear(Of(names.Gate), delta.ValueSize, hidden, bias: false),
            .. Linear(Of(names.Beta), delta.ValueHeads, hidden, bias: false),
            .. Linear(Of(names.Decay), delta.ValueHeads, hidden, bias: false),
            (Of(names.Convolution), [delta.Channels, 1, delta.Taps]),
            (Of(names.DecayRate), [delta.ValueHeads]),
            (Of(names.DecayBias), [delta.ValueHeads]),
            (Of(names.Norm), [delta.ValueWidth]),
            .. Linear(Of(names.Output), hidden, delta.ValueSize, bias: false),
        ];

        string Of(string name) => spec.Names.Of(layer, name);
    }

    private static IEnumerable<(string Name, long[] Shape)> OfShortConv(DecoderSpec spec, ShortConvSpec conv, int layer)
    {
        var (names, hidden) = (spec.Names.ShortConv, spec.HiddenSize);
        var convolution = spec.Names.Of(layer, names.Convolution);
        return
        [
            .. Linear(spec.Names.Of(layer, names.Input), 3L * conv.Width, hidden, conv.Bias),
            (convolution, [conv.Channels, 1, conv.Taps]),
            .. conv.Bias ? [(WeightNames.BiasOf(convolution), [conv.Channels])] : Nothing,
            .. Linear(spec.Names.Of(layer, names.Output), hidden, conv.Width, conv.Bias),
        ];
    }

    private static (string Name, long[] Shape)[] Nothing => [];

    private static IEnumerable<(string Name, long[] Shape)> OfKeysAndValues(DecoderSpec spec, int layer)
    {
        var rows = (long)spec.KeyValueHeadsOf(layer) * spec.HeadDimOf(layer);
        return
        [
            .. Linear(spec.Names.Key(layer), rows, spec.HiddenSize, spec.QueryKeyValueBias),
            .. spec.TakesValuesFromKeys(layer) ? [] : Linear(spec.Names.Value(layer), rows, spec.HiddenSize, spec.QueryKeyValueBias),
        ];
    }

    private static IEnumerable<(string Name, long[] Shape)> OfLatent(DecoderSpec spec, LatentSpec latent, int layer)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        return
        [
            .. latent.QueryRank is { } rank ? [.. Linear(names.QueryDown(layer), rank, hidden, bias: false), (names.QueryDownNorm(layer), [rank])] : Nothing,
            .. Linear(names.LatentQuery(layer), (long)spec.HeadCount * latent.QueryWidth, latent.QueryRank ?? hidden, bias: false),
            .. Linear(names.LatentDown(layer), latent.KeyValueRank + latent.RotatedWidth, hidden, bias: false),
            (names.LatentNorm(layer), [latent.KeyValueRank]),
            .. Enumerable.Range(0, spec.HeadCount).SelectMany(head => (IEnumerable<(string, long[])>)
            [
                .. Linear(names.HeadKey(layer, head), latent.KeyValueRank, latent.PlainWidth, bias: false),
                .. Linear(names.HeadValue(layer, head), latent.ValueWidth, latent.KeyValueRank, bias: false),
            ]),
            .. Linear(names.Output(layer), hidden, (long)spec.HeadCount * latent.ValueWidth, bias: false),
        ];
    }

    private static (string Name, long[] Shape)[] QueryKeyNorms(DecoderSpec spec, int layer)
    {
        var (heads, shared, width) = (spec.HeadCount, spec.KeyValueHeadsOf(layer), spec.HeadDimOf(layer));
        return spec.QueryKeyNorm switch
        {
            QueryKeyNorm.Head or QueryKeyNorm.HeadAfterRotary => Both([width], [width]),
            QueryKeyNorm.Whole => Both([(long)heads * width], [(long)shared * width]),
            QueryKeyNorm.HeadLayerNorm => Both([heads, width], [shared, width]),
            _ => Nothing,
        };

        (string, long[])[] Both(long[] query, long[] key) =>
            [(spec.Names.QueryNorm(layer), query), .. spec.CachesKeyValues(layer) ? [(spec.Names.KeyNorm(layer), key)] : Nothing];
    }

    private static IEnumerable<(string Name, long[] Shape)> OfFeedForward(DecoderSpec spec, int layer) =>
    [
        .. spec.Gated ? Linear(spec.Names.Gate(layer), spec.FeedForwardSizeOf(layer), spec.HiddenSize, spec.FeedForwardBias) : [],
        .. Linear(spec.Names.Up(layer), spec.FeedForwardSizeOf(layer), spec.HiddenSize, spec.FeedForwardBias),
        .. Linear(spec.Names.Down(layer), spec.HiddenSize, spec.FeedForwardSizeOf(layer), spec.FeedForwardBias),
    ];

    private static IEnumerable<(string Name, long[] Shape)> OfExperts(DecoderSpec spec, MoeSpec experts, int layer)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        IEnumerable<(string, long[])> shared = experts.SharedWidth == 0 ? [] :
        [
            .. Linear(names.SharedGate(layer), experts.SharedWidth, hidden, bias: false),
            .. Linear(names.SharedUp(layer), experts.SharedWidth, hidden, bias: false),
            .. Linear(names.SharedDown(layer), hidden, experts.SharedWidth, bias: false),
            .. experts.SharedGate ? Linear(names.SharedExpertGate(layer), 1, hidden, bias: false) : [],
        ];
        return
        [
            .. Linear(names.Router(layer), experts.Experts, hidden, experts.RouterBias),
            .. experts.SelectionBias ? [(names.SelectionBias(layer), [experts.Experts])] : Nothing,
            .. shared,
            .. experts.BesideDense ? BesideDense(spec, experts, layer) : [],
            .. Enumerable.Range(0, experts.Experts).SelectMany(expert => (IEnumerable<(string, long[])>)
            [
                .. Linear(names.ExpertGate(layer, expert), experts.Width, hidden, experts.ExpertBias),
                .. Linear(names.ExpertUp(layer, expert), experts.Width, hidden, experts.ExpertBias),
                .. Linear(names.ExpertDown(layer, expert), hidden, experts.Width, experts.ExpertBias),
            ]),
        ];
    }

    private static IEnumerable<(string Name, long[] Shape)> BesideDense(DecoderSpec spec, MoeSpec experts, int layer)
    {
        var (names, parts) = (spec.Names, spec.Names.ParallelExperts);
        return
        [
            (names.Of(layer, parts.RouterScaleSuffix), [spec.HiddenSize]),
            (names.Of(layer, parts.ExpertScalesSuffix), [experts.Experts]),
            .. Norm(spec, names.Of(layer, parts.ExpertNormSuffix)),
            .. Norm(spec, names.Of(layer, parts.DensePostNormSuffix)),
            .. Norm(spec, names.Of(layer, parts.ExpertPostNormSuffix)),
        ];
    }

    private static IEnumerable<(string Name, long[] Shape)> Linear(string layer, long outputs, long inputs, bool bias) =>
        bias ? [(layer + ".weight", [outputs, inputs]), (layer + ".bias", [outputs])] : [(layer + ".weight", [outputs, inputs])];

    private static IEnumerable<(string Name, long[] Shape)> Norm(DecoderSpec spec, string name) =>
        spec.NormBias ? [(name, [spec.HiddenSize]), (WeightNames.BiasOf(name), [spec.HiddenSize])] : [(name, [spec.HiddenSize])];
}
