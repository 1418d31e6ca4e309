namespace Rill.Models;

/// <summary>The tensors of per-layer inputs, of several residual streams and of augmented residuals.</summary>
internal static class InputTensors
{
    /// <summary>Those that belong to no layer.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(DecoderSpec spec)
    {
        var (perLayer, altUp, hidden) = (spec.Names.PerLayer, spec.Names.AltUp, (long)spec.HiddenSize);
        if (spec.PerLayerInputs is { } inputs)
        {
            yield return (perLayer.Embedding, [inputs.Vocabulary, (long)spec.LayerCount * inputs.Width]);
            yield return (perLayer.Projection + ".weight", [(long)spec.LayerCount * inputs.Width, hidden]);
            yield return (perLayer.ProjectionNorm, [inputs.Width]);
        }

        for (var stream = 0; stream < (spec.AltUp?.Streams ?? 1) - 1; stream++)
        {
            yield return ($"{altUp.ProjectionPrefix}{stream}.weight", [hidden, hidden]);
            yield return ($"{altUp.UnembedPrefix}{stream}.weight", [hidden, hidden]);
        }
    }

    /// <summary>Those of a layer.</summary>
    public static IEnumerable<(string Name, long[] Shape)> OfLayer(DecoderSpec spec, int layer) =>
    [
        .. spec.PerLayerInputs is { } inputs ? OfInputs(spec, inputs, layer) : [],
        .. spec.AltUp is { } altUp ? OfStreams(spec, altUp, layer) : [],
        .. spec.LaurelRank is { } rank ? OfLaurel(spec, rank, layer) : [],
    ];

    /// <summary>Names of a layer's matrices that are small and must be exact.</summary>
    public static IEnumerable<string> ExactOf(DecoderSpec spec, int layer) => spec.AltUp is null ? [] :
    [
        spec.Names.Of(layer, spec.Names.AltUp.RouterSuffix) + ".weight",
        spec.Names.Of(layer, spec.Names.AltUp.PredictionSuffix) + ".weight",
        spec.Names.Of(layer, spec.Names.AltUp.CorrectionSuffix) + ".weight",
    ];

    private static (string Name, long[] Shape)[] OfInputs(DecoderSpec spec, PerLayerInputSpec inputs, int layer)
    {
        var (names, parts) = (spec.Names, spec.Names.PerLayer);
        return
        [
            (names.Of(layer, parts.GateSuffix) + ".weight", [inputs.Width, spec.HiddenSize]),
            (names.Of(layer, parts.BackSuffix) + ".weight", [spec.HiddenSize, inputs.Width]),
            (names.Of(layer, parts.PostNormSuffix), [spec.HiddenSize]),
        ];
    }

    private static (string Name, long[] Shape)[] OfStreams(DecoderSpec spec, AltUpSpec altUp, int layer)
    {
        var (names, parts, streams) = (spec.Names, spec.Names.AltUp, (long)altUp.Streams);
        return
        [
            (names.Of(layer, parts.RouterSuffix) + ".weight", [streams, spec.HiddenSize]),
            (names.Of(layer, parts.RouterNormSuffix), [spec.HiddenSize]),
            (names.Of(layer, parts.PredictionSuffix) + ".weight", [streams * streams, streams]),
            (names.Of(layer, parts.CorrectionSuffix) + ".weight", [streams, streams]),
            (names.Of(layer, parts.CorrectedScaleSuffix), [spec.HiddenSize]),
        ];
    }

    private static (string Name, long[] Shape)[] OfLaurel(DecoderSpec spec, int rank, int layer)
    {
        var (names, parts) = (spec.Names, spec.Names.AltUp);
        return
        [
            (names.Of(layer, parts.LaurelDownSuffix) + ".weight", [rank, spec.HiddenSize]),
            (names.Of(layer, parts.LaurelUpSuffix) + ".weight", [spec.HiddenSize, rank]),
            (names.Of(layer, parts.LaurelNormSuffix), [spec.HiddenSize]),
        ];
    }
}
