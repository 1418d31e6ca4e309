using Rill.Torch.Decoding;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// A step's rows, shared out to two passes: single tokens, one of a sequence each, which is what decoding computes, and stretches of
/// several tokens. The logits of both, one after the other, are brought into the order of the step's sampling rows.
/// </summary>
/// <param name="Singles">Rows that are the only ones of their sequence; each has logits, wanted or not.</param>
/// <param name="Runs">The other rows, sequence by sequence.</param>
/// <param name="RunsSampling">Which of <paramref name="Runs"/> have logits.</param>
/// <param name="Order">For each sampling row, its place among the logits; null when they are in order and all wanted.</param>
internal sealed record PassSplit(TokenRow[] Singles, TokenRow[] Runs, long[] RunsSampling, long[]? Order)
{
    /// <summary>Splits a step.</summary>
    public static PassSplit Of(StepPlan plan)
    {
        var singles = new List<TokenRow>();
        var runs = new List<TokenRow>();
        var runsSampling = new List<long>();
        var wanted = plan.SamplingRows.ToHashSet();
        var placeInSingles = new Dictionary<int, long>();
        var placeInRuns = new Dictionary<int, long>();
        var sequences = SequenceRun.Of(plan.Rows);
        var stretches = sequences.CountBy(run => run.Slot).ToDictionary();    // a preempted sequence may come as a prompt and a completion
        foreach (var run in sequences)
        {
            if (run.Count == 1 && stretches[run.Slot] == 1)
            {
                placeInSingles[run.FirstRow] = singles.Count;
                singles.Add(plan.Rows[run.FirstRow]);
                continue;
            }

            foreach (var row in Enumerable.Range(run.FirstRow, run.Count).Where(wanted.Contains))
            {
                placeInRuns[row] = runsSampling.Count;
                runsSampling.Add(runs.Count + row - run.FirstRow);
            }

            runs.AddRange(plan.Rows.AsSpan(run.FirstRow, run.Count));
        }

        var order = Array.ConvertAll(plan.SamplingRows, row => placeInSingles.TryGetValue(row, out var single) ? single : singles.Count + placeInRuns[row]);
        var inOrder = order.Length == singles.Count + runsSampling.Count && order.Index().All(place => place.Index == place.Item);
        return new([.. singles], [.. runs], [.. runsSampling], inOrder ? null : order);
    }
}
