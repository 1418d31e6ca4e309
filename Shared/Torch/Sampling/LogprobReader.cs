using Rill.Serving;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Sampling;

/// <summary>Reads log-probabilities of the raw distribution, before any processor, temperature or filter (contract B.5).</summary>
internal static class LogprobReader
{
    // What the contract writes for minus infinity, which JSON cannot hold.
    private const float Floor = -9999;

    /// <summary>The sampled token's log-probability and the <paramref name="count"/> best alternatives, best first.</summary>
    /// <param name="logits">The untouched row.</param>
    /// <param name="sampled">The token.</param>
    /// <param name="count">Number of alternatives, possibly 0.</param>
    /// <param name="scratch">As long as the row.</param>
    public static TokenLogprobs Read(ReadOnlySpan<float> logits, int sampled, int count, Span<float> scratch)
    {
        var maximum = VectorMath.Max(logits);
        var offset = maximum + (float)Math.Log(VectorMath.Exponentials(logits, maximum, scratch[..logits.Length]));
        var best = Best(logits, Math.Min(count, logits.Length));
        var logprobs = new float[best.Length];
        for (var i = 0; i < best.Length; i++)
        {
            logprobs[i] = Logprob(logits[best[i]], offset);
        }

        return new(Logprob(logits[sampled], offset), best, logprobs);
    }

    /// <summary>A logit's log-probability, no less than what stands for minus infinity.</summary>
    /// <param name="logit">The logit.</param>
    /// <param name="offset">The logarithm of the sum of all exponentials.</param>
    public static float Logprob(float logit, float offset) => Math.Clamp(logit - offset, Floor, 0);

    /// <summary>Ids of the highest logits, best first, of equals the lower id: an insertion into a short sorted list.</summary>
    private static int[] Best(ReadOnlySpan<float> logits, int count)
    {
        var best = new int[count];
        var found = 0;
        for (var token = 0; token < logits.Length && count > 0; token++)
        {
            if (found == count && !(logits[token] > logits[best[^1]]))
            {
                continue;
            }

            var place = found < count ? found++ : count - 1;
            for (; place > 0 && logits[token] > logits[best[place - 1]]; place--)
            {
                best[place] = best[place - 1];
            }

            best[place] = token;
        }

        return best;
    }
}
