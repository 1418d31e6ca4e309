using Rill.Models;
using Rill.Models.Rotary;

namespace Rill.Torch.Tests.Models;

/// <summary>
/// The decoder once more, as plainly as it can be written: loops over doubles, no cache, no batch, one whole sequence at a time.
/// It shares nothing with the real one but the DecoderSpec.
/// </summary>
internal sealed class ReferenceDecoder(TinyModel model)
{
    private readonly DecoderSpec _spec = model.Spec;

    /// <summary>The logits after the last token.</summary>
    public double[] Logits(ReadOnlySpan<int> tokens) =>
        Multiply(_spec.TiedEmbeddings ? _spec.Names.Embedding : _spec.Names.Head, Hidden(tokens)[^1], bias: null);

    /// <summary>The hidden states of all tokens after the final norm.</summary>
    public double[][] Hidden(ReadOnlySpan<int> tokens)
    {
        var hidden = new double[tokens.Length][];
        for (var position = 0; position < tokens.Length; position++)
        {
            hidden[position] = Row(_spec.Names.Embedding, tokens[position], _spec.HiddenSize);
        }

        for (var layer = 0; layer < _spec.LayerCount; layer++)
        {
            var attended = Attention(hidden, layer);
            for (var position = 0; position < hidden.Length; position++)
            {
                var sum = Sum(hidden[position], attended[position]);
                hidden[position] = Sum(sum, _spec.Residual == ResidualKind.ParallelOneNorm
                    ? FeedForward(Norm(hidden[position], _spec.Names.AttentionNorm(layer)), layer)
                    : FeedForward(Norm(sum, _spec.Names.FeedForwardNorm(layer)), layer));
            }
        }

        return Array.ConvertAll(hidden, row => Norm(row, _spec.Names.FinalNorm));
    }

    private double[][] Attention(double[][] hidden, int layer)
    {
        var names = _spec.Names;
        var normed = hidden.Select(row => Norm(row, names.AttentionNorm(layer))).ToArray();
        var queries = Heads(normed, names.Query(layer), _spec.QueryKeyNorm == QueryKeyNorm.None ? null : names.QueryNorm(layer), rotate: true);
        var keys = Heads(normed, names.Key(layer), _spec.QueryKeyNorm == QueryKeyNorm.None ? null : names.KeyNorm(layer), rotate: true);
        var values = Heads(normed, names.Value(layer), norm: null, rotate: false);
        var group = _spec.HeadCount / _spec.KeyValueHeadCount;
        return [.. Enumerable.Range(0, hidden.Length).Select(position =>
        {
            var attended = Enumerable.Range(0, _spec.HeadCount).SelectMany(head =>
                Attend(queries[position][head], keys, values, head / group, position, _spec.AttentionWindows[layer])).ToArray();
            return Linear(names.Output(layer), attended, _spec.OutputBias);
        })];
    }

    private double[] Attend(double[] query, double[][][] keys, double[][][] values, int head, int position, int? window)
    {
        var first = window is { } width ? Math.Max(0, position - width + 1) : 0;
        var weights = Enumerable.Range(first, position - first + 1)
            .Select(other => Math.Exp(query.Zip(keys[other][head], (q, k) => q * k).Sum() / Math.Sqrt(_spec.HeadDim))).ToArray();
        var total = weights.Sum();
        var result = new double[_spec.HeadDim];
        for (var i = 0; i < weights.Length; i++)
        {
            for (var j = 0; j < result.Length; j++)
            {
                result[j] += weights[i] / total * values[first + i][head][j];
            }
        }

        return result;
    }

    private double[][][] Heads(double[][] normed, string layer, string? norm, bool rotate) =>
        [.. normed.Select((row, position) => Linear(layer, row, _spec.QueryKeyValueBias).Chunk(_spec.HeadDim)
            .Select((head, number) => norm is null ? head : HeadNorm(head, number, norm))
            .Select(head => rotate ? Rotate(head, position) : head).ToArray())];

    private double[] HeadNorm(double[] head, int number, string name) => _spec.QueryKeyNorm == QueryKeyNorm.HeadLayerNorm
        ? [.. Centred(head).Zip(model.Weights[name].Values.Skip(number * head.Length), (value, weight) => value * weight)]
        : [.. Scaled(head).Zip(model.Weights[name].Values, (value, weight) => value * weight)];

    private double[] Rotate(double[] head, int position)
    {
        var half = _spec.Rotaries[0]!.Rotated(head.Length) / 2;
        double[] rotated = [.. head];
        for (var pair = 0; pair < half; pair++)
        {
            var angle = position * Frequency(pair);
            var (first, second) = _spec.Rotaries[0]!.Interleaved ? (2 * pair, (2 * pair) + 1) : (pair, pair + half);
            rotated[first] = (head[first] * Math.Cos(angle)) - (head[second] * Math.Sin(angle));
            rotated[second] = (head[second] * Math.Cos(angle)) + (head[first] * Math.Sin(angle));
        }

        return rotated;
    }

    /// <summary>As transformers writes it, in terms of wavelengths.</summary>
    private double Frequency(int pair)
    {
        var frequency = 1 / Math.Pow(_spec.Rotaries[0]!.Theta, 2.0 * pair / _spec.Rotaries[0]!.Rotated(_spec.HeadDim));
        if (_spec.Rotaries[0]!.Scaling is not Llama3RotaryScaling scaling)
        {
            return frequency;
        }

        var wavelength = 2 * Math.PI / frequency;
        if (wavelength > scaling.OriginalContext / scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        if (wavelength < scaling.OriginalContext / scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        var smooth = ((scaling.OriginalContext / wavelength) - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }

    private double[] FeedForward(double[] normed, int layer)
    {
        var names = _spec.Names;
        return _spec.ExpertsOf(layer) is { } experts
            ? Experts(normed, experts, layer)
            : Gated(normed, names.Gate(layer), names.Up(layer), names.Down(layer), _spec.FeedForwardBias);
    }

    private double[] Gated(double[] input, string gate, string up, string down, bool bias) =>
        Linear(down, [.. Linear(gate, input, bias).Zip(Linear(up, input, bias), (g, u) => g / (1 + Math.Exp(-g)) * u)], bias);

    /// <summary>
    /// DeepSeek V3's experts (arXiv 2412.19437, section 2.1.2): the best groups by the two best of each, the best experts of those, weighed by
    /// what the bias does not count in; and the shared ones. ERNIE's are scored by softmax instead.
    /// </summary>
    private double[] Experts(double[] input, MoeSpec experts, int layer)
    {
        var names = _spec.Names;
        var logits = Linear(names.Router(layer), input, bias: false);
        var all = logits.Sum(Math.Exp);
        var scores = logits.Select(logit => experts.Score == RouterScore.Sigmoid ? 1 / (1 + Math.Exp(-logit)) : Math.Exp(logit) / all).ToArray();
        var choice = scores.Zip(model.Weights[names.SelectionBias(layer)].Values, (score, bias) => score + bias).ToArray();
        var groups = choice.Chunk(experts.Experts / experts.Groups).Select(group => group.OrderDescending().Take(2).Sum()).ToArray();
        var allowed = groups.Order().TakeLast(experts.TopGroups).First();
        var chosen = Enumerable.Range(0, experts.Experts)
            .Where(expert => groups[expert / (experts.Experts / experts.Groups)] >= allowed)
            .OrderByDescending(expert => choice[expert]).Take(experts.Top).ToArray();
        var total = experts.Normalize ? chosen.Sum(expert => scores[expert]) : 1;
        var result = Gated(input, names.SharedGate(layer), names.SharedUp(layer), names.SharedDown(layer), bias: false);
        foreach (var expert in chosen)
        {
            var gated = Gated(input, names.ExpertGate(layer, expert), names.ExpertUp(layer, expert), names.ExpertDown(layer, expert), bias: false);
            result = Sum(result, [.. gated.Select(value => value * scores[expert] / total * experts.Scale)]);
        }

        return result;
    }

    private double[] Norm(double[] row, string name)
    {
        var normed = (_spec.Norm == NormKind.Layer ? Centred(row) : Scaled(row)).Zip(model.Weights[name].Values, (value, weight) => value * weight);
        return [.. _spec.NormBias ? normed.Zip(model.Weights[WeightNames.BiasOf(name)].Values, (value, bias) => value + bias) : normed];
    }

    private IEnumerable<double> Centred(double[] row)
    {
        var mean = row.Average();
        return Scaled([.. row.Select(value => value - mean)]);
    }

    private IEnumerable<double> Scaled(double[] row)
    {
        var scale = 1 / Math.Sqrt(row.Select(value => value * value).Average() + _spec.NormEpsilon);
        return row.Select(value => value * scale);
    }

    private double[] Linear(string layer, double[] input, bool bias) => Multiply(layer + ".weight", input, bias ? layer + ".bias" : null);

    private double[] Multiply(string name, double[] input, string? bias)
    {
        var outputs = (int)model.Weights[name].Shape[0];
        return [.. Enumerable.Range(0, outputs).Select(output =>
            Row(name, output, input.Length).Zip(input, (weight, value) => weight * value).Sum() + (bias is null ? 0 : model.Weights[bias].Values[output]))];
    }

    private double[] Row(string name, int row, int size) => [.. model.Weights[name].Values.Skip(row * size).Take(size).Select(value => (double)value)];

    private static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, (a, b) => a + b)];
}
