namespace Rill.Models;

/// <summary>The tensors that a decoder takes from its weights' files.</summary>
public static class DecoderTensors
{
    /// <summary>Every tensor's name and shape (outermost dimension first).</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(DecoderSpec spec)
    {
        var names = spec.Names;
        yield return (names.Embedding, [spec.VocabularySize, spec.HiddenSize]);
        foreach (var tensor in Enumerable.Range(0, spec.LayerCount).SelectMany(layer => OfLayer(spec, layer)))
        {
            yield return tensor;
        }

        yield return (names.FinalNorm, [spec.HiddenSize]);
        if (!spec.TiedEmbeddings)
        {
            yield return (names.Head, [spec.VocabularySize, spec.HiddenSize]);
        }
    }

    /// <summary>Finds every tensor and checks its shape and type, without reading its data.</summary>
    /// <exception cref="ModelFormatException">One is missing, or has another shape or an unsupported type; the message names it.</exception>
    public static void Check(DecoderSpec spec, ModelWeights weights)
    {
        foreach (var (name, shape) in Of(spec))
        {
            weights.Get(name, shape);
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> OfLayer(DecoderSpec spec, int layer)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        var (attention, keyValue) = (spec.HeadCount * spec.HeadDim, spec.KeyValueHeadCount * spec.HeadDim);
        (string Name, long Rows, long Columns, bool Bias)[] projections =
        [
            (names.Query(layer), attention, hidden, spec.QueryKeyValueBias),
            (names.Key(layer), keyValue, hidden, spec.QueryKeyValueBias),
            (names.Value(layer), keyValue, hidden, spec.QueryKeyValueBias),
            (names.Output(layer), hidden, attention, spec.OutputBias),
            (names.Gate(layer), spec.FeedForwardSize, hidden, spec.FeedForwardBias),
            (names.Up(layer), spec.FeedForwardSize, hidden, spec.FeedForwardBias),
            (names.Down(layer), hidden, spec.FeedForwardSize, spec.FeedForwardBias),
        ];
        foreach (var (name, rows, columns, bias) in projections)
        {
            yield return (name + ".weight", [rows, columns]);
            if (bias)
            {
                yield return (name + ".bias", [rows]);
            }
        }

        yield return (names.AttentionNorm(layer), [hidden]);
        yield return (names.FeedForwardNorm(layer), [hidden]);
        if (spec.QueryKeyNorm)
        {
            yield return (names.QueryNorm(layer), [spec.HeadDim]);
            yield return (names.KeyNorm(layer), [spec.HeadDim]);
        }
    }
}
