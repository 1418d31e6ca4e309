using Rill.Torch.Decoding;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// A step's rows in the order in which they go through the model: first single tokens, one of a sequence each, which is what decoding
/// computes, those whose logits are wanted in the order in which the step wants them; then stretches of several tokens (prompts, drafts,
/// what is computed anew, what is embedded), sequence by sequence.
/// </summary>
/// <param name="Rows">All rows.</param>
/// <param name="SingleCount">How many of them, the first ones, are the only ones of their sequence.</param>
/// <param name="Logits">For each of the step's rows whose logits are wanted, its place among <paramref name="Rows"/>.</param>
/// <param name="Pooling">For each of the step's pooling rows, its place among <paramref name="Rows"/>.</param>
internal sealed record PassSplit(TokenRow[] Rows, int SingleCount, long[] Logits, long[] Pooling)
{
    /// <summary>True where there are single tokens alone: the logits of the first of them are those that are wanted, in order.</summary>
    public bool IsDecoding => SingleCount == Rows.Length;

    /// <summary>Orders a step.</summary>
    public static PassSplit Of(StepPlan plan)
    {
        var pooled = plan.PoolingRows.ToHashSet();
        var wanted = plan.LogitsRows.Index().ToDictionary(row => row.Item, row => row.Index);
        var sequences = SequenceRun.Of(plan.Rows);
        var stretches = sequences.CountBy(run => run.Slot).ToDictionary();    // a preempted sequence may come as a prompt and a completion
        var singles = sequences.Where(IsSingle).Select(run => run.FirstRow).OrderBy(row => wanted.GetValueOrDefault(row, int.MaxValue)).ToList();
        var others = sequences.Where(run => !IsSingle(run)).SelectMany(run => Enumerable.Range(run.FirstRow, run.Count));
        var order = singles.Concat(others).ToArray();
        var places = new long[order.Length];
        foreach (var (place, row) in order.Index())
        {
            places[row] = place;
        }

        return new(Array.ConvertAll(order, row => plan.Rows[row]), singles.Count, Places(plan.LogitsRows), Places(plan.PoolingRows));

        bool IsSingle(SequenceRun run) => run.Count == 1 && stretches[run.Slot] == 1 && !pooled.Contains(run.FirstRow);

        long[] Places(int[] rows) => Array.ConvertAll(rows, row => places[row]);
    }
}
