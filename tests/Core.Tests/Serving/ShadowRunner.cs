using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>
/// A runner whose "keys and values" are the tokens themselves. It does to them exactly what a batch says, fails when a slot does not
/// hold what the scheduler believes, and draws each token from the slot's content: a wrong restore or save changes the text. A block of
/// the cache knows its salt. Where slots have states, a position can be computed only after the one before it, and only once.
/// </summary>
/// <param name="limits">The sizes.</param>
/// <param name="fault">Asked before a step is computed.</param>
/// <param name="sampleFault">Asked before each row is sampled, drafts included.</param>
internal sealed class ShadowRunner(
    ModelLimits limits, Func<StepBatch, Exception?>? fault = null, Func<Sequence, Exception?>? sampleFault = null) : IModelRunner
{
    private readonly List<int>[] _slots = [.. Enumerable.Range(0, limits.SlotCount).Select(_ => new List<int>())];
    private readonly (string Salt, int[] Tokens)?[] _cache = new (string, int[])?[limits.BlockCount];
    private readonly Dictionary<int, int[]> _states = [];    // by number, the tokens that a saved state has seen

    public ModelLimits Limits => limits;

    public int Steps { get; private set; }

    public int BlocksInUse => _slots.Sum(slot => Blocks(slot.Count)) + _cache.Count(block => block is not null)
        + ((_slots.Count(slot => slot.Count > 0) + _states.Count) * limits.StateBlocks);

    public IReadOnlyList<StepResult> Execute(StepBatch batch)
    {
        Steps++;
        GiveBack(batch);
        Restore(batch);
        if (fault?.Invoke(batch) is { } exception)
        {
            throw exception;
        }

        var sampled = batch.Steps.Select(Compute).OfType<StepResult>().ToList();
        Save(batch);
        Assert.InRange(BlocksInUse, 0, limits.BlockCount);
        return sampled;
    }

    public void Dispose()
    {
        // nothing is held
    }

    private void GiveBack(StepBatch batch)
    {
        foreach (var slot in batch.Released)
        {
            _slots[slot].Clear();
        }

        foreach (var block in batch.ReleasedBlocks)
        {
            _cache[block] = null;
        }

        foreach (var state in batch.ReleasedStates)
        {
            _states.Remove(state);
        }
    }

    private void Restore(StepBatch batch)
    {
        foreach (var (slot, position, block) in batch.Restores)
        {
            var (salt, tokens) = _cache[block] ?? throw new InvalidOperationException($"Block {block} holds nothing.");
            Assert.Equal(SequenceOf(batch, slot).CacheSalt, salt);
            Truncate(_slots[slot], position);
            _slots[slot].AddRange(tokens);
        }

        foreach (var slot in batch.Restores.Select(copy => copy.Slot).Distinct())
        {
            var states = batch.StateRestores.Where(copy => copy.Slot == slot).Select(copy => (copy.Position, _states[copy.State].AsEnumerable()));
            Assert.Equal(limits.HasStates ? [(_slots[slot].Count, _slots[slot])] : [], states);
        }
    }

    private static Sequence SequenceOf(StepBatch batch, int slot) => batch.Steps.Single(step => step.Sequence.Slot == slot).Sequence;

    private StepResult? Compute(SequenceStep step)
    {
        var content = _slots[step.Sequence.Slot];
        Assert.True(!limits.HasStates || (content.Count == step.Start && step.Drafts == 0), "A state cannot go back.");
        Truncate(content, step.Start);
        content.AddRange(step.Sequence.Tokens.Slice(step.Start, step.Count));
        Assert.Equal(step.Sequence.Tokens[..content.Count].ToArray(), content);
        return step.Samples ? Sample(step, content)
            : step.Pools ? new StepResult(step.Sequence, default, Pool(step, content))
            : null;
    }

    private StepResult Sample(SequenceStep step, List<int> content)
    {
        var computed = content.Count;
        content.AddRange(step.DraftTokens);
        var tokens = new SampledToken[1 + step.Drafts];
        try
        {
            var count = DraftVerification.Sample(step, row => SampleRow(step.Sequence, content[..(computed + row)]), tokens);
            Truncate(content, computed + count - 1);
            return new StepResult(step.Sequence, tokens.AsMemory(0, count));
        }
        catch
        {
            Truncate(content, computed);
            throw;
        }
    }

    private SampledToken SampleRow(Sequence sequence, List<int> content)
    {
        Assert.Equal(sequence.Tokens.ToArray(), content);    // the drafts before the row count as appended
        if (sequence.Parameters.FrequencyPenalty != 0)
        {
            Assert.Equal(content[sequence.PromptLength..].CountBy(token => token).ToDictionary(), TokenCountsTests.Completion(sequence));
        }

        return sampleFault?.Invoke(sequence) is { } exception
            ? throw exception
            : new SampledToken(ShadowModel.NextToken(content, limits.VocabularySize, ShadowModel.MaskOf(sequence.Constraint, limits.VocabularySize)));
    }

    private static float[] Pool(SequenceStep step, List<int> content)
    {
        if (step.Sequence.Work == SequenceWork.EmbedLast)
        {
            return ShadowModel.HiddenState(content);
        }

        float[] sum = step.Start == 0 ? [0, 0] : [.. step.Sequence.Vector!];
        for (var length = step.Start + 1; length <= content.Count; length++)
        {
            var state = ShadowModel.HiddenState(content[..length]);
            sum = [sum[0] + state[0], sum[1] + state[1]];
        }

        return sum;
    }

    private void Save(StepBatch batch)
    {
        foreach (var (slot, position, block) in batch.Saves)
        {
            _cache[block] = (SequenceOf(batch, slot).CacheSalt, [.. _slots[slot].GetRange(position, limits.BlockSize)]);
        }

        foreach (var (slot, position, state) in batch.StateSaves)
        {
            Assert.Equal(position, _slots[slot].Count);
            Assert.InRange(state, 0, (limits.BlockCount / limits.StateBlocks) - 1);
            _states[state] = [.. _slots[slot]];
        }
    }

    private static void Truncate(List<int> content, int length)
    {
        Assert.InRange(length, 0, content.Count);
        content.RemoveRange(length, content.Count - length);
    }

    private int Blocks(int tokens) => (tokens + limits.BlockSize - 1) / limits.BlockSize;
}
