namespace Rill.Serving;

/// <summary>Who runs and who waits, and the ways from one to the other and out.</summary>
/// <param name="blocks">Memory accounts.</param>
internal sealed class SequenceQueues(BlockManager blocks)
{
    /// <summary>Sequences with a slot, oldest first.</summary>
    public List<Sequence> Running { get; } = [];

    /// <summary>Sequences without a slot, next first.</summary>
    public LinkedList<Sequence> Waiting { get; } = new();

    /// <summary>Sequences that lost their slot and began to wait again, so far.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Takes a sequence out, wherever it is; its memory goes back with the next batch. False when it had left already.</summary>
    public bool Remove(Sequence sequence)
    {
        if (sequence.HasEnded)
        {
            return false;
        }

        sequence.HasEnded = true;
        if (sequence.Slot < 0)
        {
            return Waiting.Remove(sequence);
        }

        blocks.Release(sequence);
        return Running.Remove(sequence);
    }

    /// <summary>
    /// Makes room for the next token, at the cost of the youngest sequence. Decoding sequences are scheduled oldest first, so the
    /// youngest is never one that this step computes already; it may be the sequence itself.
    /// </summary>
    public bool TryGrowPreempting(Sequence sequence)
    {
        while (!blocks.TryGrow(sequence))
        {
            var youngest = Running[^1];
            Running.RemoveAt(Running.Count - 1);
            Preempt(youngest);
            if (youngest == sequence)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lets the sequences of a batch that have not ended wait before all others, the oldest first, to be computed anew.</summary>
    public void ComputeAnew(StepBatch batch)
    {
        foreach (var step in batch.Steps.Where(step => !step.Sequence.HasEnded).Reverse())
        {
            Running.Remove(step.Sequence);
            Preempt(step.Sequence);
        }
    }

    /// <summary>Lets a sequence that has left the running ones wait before all others, to be computed anew.</summary>
    private void Preempt(Sequence sequence)
    {
        blocks.Release(sequence);
        Waiting.AddFirst(sequence);
        Preemptions++;
    }
}
