using Rill.Torch.Decoding;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// A step's rows, shared out to two passes: single tokens, one of a sequence each, which is what decoding computes, and stretches of
/// several tokens (prompts, drafts, what is computed anew, what is embedded). The logits of both, one after the other, are brought into
/// the order of the step's sampling rows.
/// </summary>
/// <param name="Singles">Rows that are the only ones of their sequence; each has logits, wanted or not.</param>
/// <param name="Runs">The other rows, sequence by sequence.</param>
/// <param name="RunsSampling">Which of <paramref name="Runs"/> have logits.</param>
/// <param name="RunsPooling">Which of <paramref name="Runs"/> have hidden states, in the order of the step's pooling rows.</param>
/// <param name="Order">For each sampling row, its place among the logits; null when they are in order and all wanted.</param>
internal sealed record PassSplit(TokenRow[] Singles, TokenRow[] Runs, long[] RunsSampling, long[] RunsPooling, long[]? Order)
{
    /// <summary>Splits a step.</summary>
    public static PassSplit Of(StepPlan plan)
    {
        var singles = new List<TokenRow>();
        var runs = new List<TokenRow>();
        var runsSampling = new List<long>();
        var (sampled, pooled) = (plan.SamplingRows.ToHashSet(), plan.PoolingRows.ToHashSet());
        var placeInSingles = new Dictionary<int, long>();
        var placeInRuns = new Dictionary<int, long>();
        var logitsInRuns = new Dictionary<int, long>();
        var sequences = SequenceRun.Of(plan.Rows);
        var stretches = sequences.CountBy(run => run.Slot).ToDictionary();    // a preempted sequence may come as a prompt and a completion
        foreach (var run in sequences)
        {
            if (run.Count == 1 && stretches[run.Slot] == 1 && !pooled.Contains(run.FirstRow))
            {
                placeInSingles[run.FirstRow] = singles.Count;
                singles.Add(plan.Rows[run.FirstRow]);
                continue;
            }

            for (var row = run.FirstRow; row < run.FirstRow + run.Count; row++)
            {
                placeInRuns[row] = runs.Count;
                if (sampled.Contains(row))
                {
                    logitsInRuns[row] = runsSampling.Count;
                    runsSampling.Add(runs.Count);
                }

                runs.Add(plan.Rows[row]);
            }
        }

        var order = Array.ConvertAll(plan.SamplingRows, row => placeInSingles.TryGetValue(row, out var single) ? single : singles.Count + logitsInRuns[row]);
        var inOrder = order.Length == singles.Count + runsSampling.Count && order.Index().All(place => place.Index == place.Item);
        return new([.. singles], [.. runs], [.. runsSampling], Array.ConvertAll(plan.PoolingRows, row => placeInRuns[row]), inOrder ? null : order);
    }
}
