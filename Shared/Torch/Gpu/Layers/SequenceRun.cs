using Rill.Torch.Decoding;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Consecutive tokens of one sequence within a step.</summary>
/// <param name="FirstRow">The row of the first.</param>
/// <param name="Count">Number of tokens.</param>
/// <param name="Slot">The sequence's slot.</param>
/// <param name="Start">Position of the first.</param>
internal readonly record struct SequenceRun(int FirstRow, int Count, int Slot, int Start)
{
    /// <summary>Finds the runs of a step's rows.</summary>
    public static List<SequenceRun> Of(ReadOnlySpan<TokenRow> rows)
    {
        var runs = new List<SequenceRun>();
        for (var row = 0; row < rows.Length; row++)
        {
            if (runs is [.., var last] && last.Slot == rows[row].Slot && last.Start + last.Count == rows[row].Position)
            {
                runs[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                runs.Add(new(row, 1, rows[row].Slot, rows[row].Position));
            }
        }

        return runs;
    }

    /// <summary>The run in pieces of at most so many rows.</summary>
    public IEnumerable<SequenceRun> Cut(int rows)
    {
        for (var begin = 0; begin < Count; begin += rows)
        {
            yield return new(FirstRow + begin, Math.Min(rows, Count - begin), Slot, Start + begin);
        }
    }

    /// <summary>The run in pieces, none of which reaches over a multiple of <paramref name="stretch"/>.</summary>
    public IEnumerable<SequenceRun> CutAtMultiples(int stretch)
    {
        for (var begin = 0; begin < Count;)
        {
            var end = Math.Min(Count, begin + stretch - ((Start + begin) % stretch));
            yield return new(FirstRow + begin, end - begin, Slot, Start + begin);
            begin = end;
        }
    }
}
