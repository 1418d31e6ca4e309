using Rill.Serving;

namespace Rill.Torch.Cache;

/// <summary>Blocks that follow one another both in a slot and in the prefix cache, to be copied at once.</summary>
/// <param name="SlotRow">The first row among all slots' rows.</param>
/// <param name="BlockRow">The first row among all blocks' rows.</param>
/// <param name="Rows">Number of rows.</param>
internal readonly record struct BlockRun(long SlotRow, long BlockRow, long Rows)
{
    /// <summary>Joins a step's copies, in their order.</summary>
    /// <param name="copies">The copies.</param>
    /// <param name="placeOf">Where a copy's block lies, in blocks.</param>
    /// <param name="blockSize">Rows of a block.</param>
    /// <param name="slotStride">Rows from slot to slot.</param>
    public static List<BlockRun> Of(IReadOnlyList<BlockCopy> copies, Func<BlockCopy, int> placeOf, int blockSize, long slotStride)
    {
        var runs = new List<BlockRun>();
        foreach (var copy in copies)
        {
            var next = new BlockRun((copy.Slot * slotStride) + copy.Position, (long)placeOf(copy) * blockSize, blockSize);
            if (runs is [.., var last] && last.SlotRow + last.Rows == next.SlotRow && last.BlockRow + last.Rows == next.BlockRow)
            {
                runs[^1] = last with { Rows = last.Rows + blockSize };
            }
            else
            {
                runs.Add(next);
            }
        }

        return runs;
    }
}
