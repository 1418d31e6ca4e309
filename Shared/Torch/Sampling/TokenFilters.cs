using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Sampling;

/// <summary>
/// What limits the choice of tokens after the temperature. Each filter sets the logits of tokens that it removes to minus infinity;
/// the most probable token always stays.
/// </summary>
internal static class TokenFilters
{
    // Masses below which the tail of a vocabulary hardly ever lies: top-p sorts the tokens above only, if that is enough.
    private static readonly float[] s_sortedAbove = [1e-2f, 1e-4f, 0];

    /// <summary>Keeps tokens at least <paramref name="minP"/> times as probable as the most probable.</summary>
    public static void MinP(Span<float> logits, float minP)
    {
        var maximum = VectorMath.Max(logits);
        for (var token = 0; token < logits.Length; token++)
        {
            if (MathF.Exp(logits[token] - maximum) < minP)
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>Keeps the <paramref name="count"/> highest logits and whatever equals the last of them.</summary>
    /// <param name="logits">The row.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="scratch">As long as the row.</param>
    public static void TopK(Span<float> logits, int count, Span<float> scratch)
    {
        if (count >= logits.Length)
        {
            return;
        }

        scratch = scratch[..logits.Length];
        logits.CopyTo(scratch);
        var threshold = NthLargest(scratch, count);
        for (var token = 0; token < logits.Length; token++)
        {
            if (logits[token] < threshold)
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>
    /// Keeps the smallest set of most probable tokens whose mass reaches <paramref name="topP"/>, at least one; of equal tokens the
    /// lower ids come first.
    /// </summary>
    /// <param name="logits">The row.</param>
    /// <param name="topP">In [0, 1).</param>
    /// <param name="weights">Scratch, as long as the row.</param>
    public static void TopP(Span<float> logits, float topP, Span<float> weights)
    {
        weights = weights[..logits.Length];
        var wanted = VectorMath.Exponentials(logits, VectorMath.Max(logits), weights) * topP;
        foreach (var cutoff in s_sortedAbove)
        {
            if (LastOfNucleus(weights, cutoff, wanted) is var (lowest, last))
            {
                for (var token = 0; token < logits.Length; token++)
                {
                    if (weights[token] < lowest || (weights[token] == lowest && token > last))
                    {
                        logits[token] = float.NegativeInfinity;
                    }
                }

                return;
            }
        }
    }

    /// <summary>The least probable token of the nucleus, or null when the tokens above the cutoff do not reach the wanted mass.</summary>
    private static (float Weight, int Token)? LastOfNucleus(ReadOnlySpan<float> weights, float cutoff, double wanted)
    {
        var candidates = new List<(float Weight, int Token)>();
        for (var token = 0; token < weights.Length; token++)
        {
            if (weights[token] > cutoff)
            {
                candidates.Add((weights[token], token));
            }
        }

        candidates.Sort(static (left, right) => left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : left.Token.CompareTo(right.Token));
        var mass = 0.0;
        foreach (var candidate in candidates)
        {
            mass += candidate.Weight;
            if (mass >= wanted)
            {
                return candidate;
            }
        }

        return cutoff == 0 ? candidates[^1] : null;    // rounding may leave the whole row a hair below a top_p near 1
    }

    /// <summary>The n-th largest value, by Hoare's selection; reorders the values.</summary>
    internal static float NthLargest(Span<float> values, int n)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            var (left, right) = Partition(values, low, high);
            if (n - 1 <= right)
            {
                high = right;
            }
            else if (n - 1 >= left)
            {
                low = left;
            }
            else
            {
                break;
            }
        }

        return values[n - 1];
    }

    /// <summary>Moves what is above a pivot before what is below it: the former ends at Right, the latter begins at Left.</summary>
    private static (int Left, int Right) Partition(Span<float> values, int left, int right)
    {
        var pivot = values[(left + right) / 2];
        while (left <= right)
        {
            while (values[left] > pivot)
            {
                left++;
            }

            while (values[right] < pivot)
            {
                right--;
            }

            if (left <= right)
            {
                (values[left], values[right]) = (values[right], values[left]);
                left++;
                right--;
            }
        }

        return (left, right);
    }
}
