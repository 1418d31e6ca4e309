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

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, shape) in Of(spec))
        {
            weights.Get(name, shape);
            known.Add(name);
        }

        if (weights.TensorNames.FirstOrDefault(name => !known.Contains(name) && !IsPassedOver(spec, name)) is { } stray)
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
        || (LayerOf(spec, name) is { } layer && layer >= spec.LayerCount && layer - spec.LayerCount < spec.PredictionLayerCount);

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
