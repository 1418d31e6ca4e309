using Rill.Models;

namespace Rill.Torch.Decoding;

/// <summary>
/// Turns a router's logits into the experts that a token goes through and their weights, by the formulas of <see cref="MoeSpec"/>
/// (Mixtral, Qwen3-MoE, DeepSeek-V3, gpt-oss and others differ in them only). One router serves one thread.
/// </summary>
/// <param name="spec">The experts.</param>
internal sealed class ExpertRouter(MoeSpec spec)
{
    private readonly float[] _scores = new float[spec.Experts];
    private readonly float[] _choice = new float[spec.Experts];
    private readonly float[] _groups = new float[spec.Groups];

    /// <summary>Chooses for one token.</summary>
    /// <param name="logits">One for each expert.</param>
    /// <param name="bias">What counts in the choice only, one for each expert; empty for none.</param>
    /// <param name="experts">Gets the chosen experts' numbers, as many as <see cref="MoeSpec.Top"/>, ascending.</param>
    /// <param name="weights">Gets their weights, in the same order.</param>
    public void Choose(ReadOnlySpan<float> logits, ReadOnlySpan<float> bias, Span<int> experts, Span<float> weights)
    {
        Score(logits);
        for (var expert = 0; expert < spec.Experts; expert++)
        {
            _choice[expert] = _scores[expert] + (bias.IsEmpty ? 0 : bias[expert]);
        }

        if (spec.Groups > 1)
        {
            LeaveBestGroups();
        }

        TakeBest(experts);
        Weigh(experts, weights);
    }

    private void Score(ReadOnlySpan<float> logits)
    {
        if (spec.Score == RouterScore.Sigmoid)
        {
            for (var expert = 0; expert < logits.Length; expert++)
            {
                _scores[expert] = 1 / (1 + MathF.Exp(-logits[expert]));
            }

            return;
        }

        logits.CopyTo(_scores);
        if (spec.Score == RouterScore.SoftmaxAll)
        {
            Softmax(_scores);
        }
    }

    /// <summary>Excludes the experts of all groups but the best.</summary>
    private void LeaveBestGroups()
    {
        var size = spec.Experts / spec.Groups;
        for (var group = 0; group < spec.Groups; group++)
        {
            var (best, second) = (float.NegativeInfinity, float.NegativeInfinity);
            foreach (var score in _choice.AsSpan(group * size, size))
            {
                (best, second) = score > best ? (score, best) : (best, Math.Max(second, score));
            }

            _groups[group] = spec.GroupScore == GroupScore.Best || size == 1 ? best : best + second;
        }

        for (var left = spec.TopGroups; left > 0; left--)
        {
            var best = IndexOfMax(_groups);
            _groups[best] = float.NaN;    // chosen: NaN is never the largest
        }

        for (var expert = 0; expert < spec.Experts; expert++)
        {
            _choice[expert] = float.IsNaN(_groups[expert / size]) ? _choice[expert] : float.NegativeInfinity;
        }
    }

    private void TakeBest(Span<int> experts)
    {
        for (var i = 0; i < experts.Length; i++)
        {
            experts[i] = IndexOfMax(_choice);
            _choice[experts[i]] = float.NaN;
        }

        experts.Sort();
    }

    private void Weigh(ReadOnlySpan<int> experts, Span<float> weights)
    {
        for (var i = 0; i < experts.Length; i++)
        {
            weights[i] = _scores[experts[i]];
        }

        if (spec.Score == RouterScore.SoftmaxTop)
        {
            Softmax(weights);
        }

        var sum = spec.NormalizeEpsilon;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        foreach (ref var weight in weights)
        {
            weight = (spec.Normalize ? weight / sum : weight) * spec.Scale;
        }
    }

    private static void Softmax(Span<float> values)
    {
        var highest = float.NegativeInfinity;
        foreach (var value in values)
        {
            highest = Math.Max(highest, value);
        }

        var sum = 0.0;
        foreach (ref var value in values)
        {
            value = MathF.Exp(value - highest);
            sum += value;
        }

        foreach (ref var value in values)
        {
            value = (float)(value / sum);
        }
    }

    /// <summary>The first largest value that is not NaN; 0 where there is none.</summary>
    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        var best = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]) && (best < 0 || values[i] > values[best]))
            {
                best = i;
            }
        }

        return Math.Max(best, 0);
    }
}
