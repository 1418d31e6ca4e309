using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>
/// A runner whose "keys and values" are the tokens themselves. It does to them exactly what a batch says, fails when a slot does not
/// hold what the scheduler believes, and draws each token from the slot's content: a wrong restore or save changes the text. A block of
/// the cache knows its salt. Where slots have states, a position can be computed only after the one before it, and only once. Where steps overlap
/// it computes them at their launch, with what can be known then, as a device does that keeps the last token of each slot.
/// </summary>
/// <param name="limits">The sizes.</param>
/// <param name="fault">Asked before a step is computed.</param>
/// <param name="sampleFault">Asked before each row is sampled, drafts included.</param>
/// <param name="overtaken">Asked when a step is collected that another one was launched behind: whether a sequence's result is lost by that.</param>
internal sealed class ShadowRunner(
    ModelLimits limits, Func<StepBatch, Exception?>? fault = null, Func<Sequence, Exception?>? sampleFault = null,
    Func<Sequence, bool>? overtaken = null) : IModelRunner
{
    private readonly List<int>[] _slots = [.. Enumerable.Range(0, limits.SlotCount).Select(_ => new List<int>())];
    private readonly (string Salt, int[] Tokens)?[] _cache = new (string, int[])?[limits.BlockCount];
    private readonly Dictionary<int, int[]> _states = [];    // by number, the tokens that a saved state has seen

    private readonly int[] _last = new int[limits.SlotCount];         // the token that a slot's last step sampled
    private readonly string[] _salts = new string[limits.SlotCount];
    private int _launched;
    private int _collected;

    public ModelLimits Limits => limits;

    public int Steps { get; private set; }

    private Func<Sequence, bool>? IsLost => overtaken;

    /// <summary>Tokens that were computed before the host had read them.</summary>
    public int Ahead { get; private set; }

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

        return ComputeAll(batch);
    }

    /// <summary>A fault of the batch is thrown here, one of sampling when the step is collected: of a sequence as its result.</summary>
    public IPendingStep Launch(StepBatch batch)
    {
        if (!limits.Overlaps)
        {
            return new ExecutedStep(Execute(batch));
        }

        Assert.InRange(_launched - _collected, 0, 1);
        Ahead += batch.Steps.Count(step => step.Awaits);
        Steps++;
        GiveBack(batch);
        Restore(batch);
        if (fault?.Invoke(batch) is { } exception)
        {
            throw exception;
        }

        List<StepResult> results = [];
        InvalidOperationException? crash = null;
        try
        {
            results = ComputeAll(batch);
        }
        catch (InvalidOperationException failure)
        {
            crash = failure;
        }

        return new Pending(this, _launched++, results, crash);
    }

    public void Dispose() => Assert.Equal(_launched, _collected);

    private List<StepResult> ComputeAll(StepBatch batch)
    {
        var sampled = batch.Steps.Select(Compute).OfType<StepResult>().ToList();
        Save(batch);
        Assert.InRange(BlocksInUse, 0, limits.BlockCount);
        return sampled;
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
        content.AddRange(step.Awaits ? [_last[step.Sequence.Slot]] : step.Sequence.Tokens.Slice(step.Start, step.Count));
        Assert.Equal(step.Sequence.Tokens[..(content.Count - (step.Awaits ? 1 : 0))].ToArray(), content[..^(step.Awaits ? 1 : 0)]);
        _salts[step.Sequence.Slot] = step.Sequence.CacheSalt;
        if (!step.IsAnswered)
        {
            return null;
        }

        var scored = Enumerable.Range(step.FirstScored, step.Scored).Select(place => ShadowModel.Score(content[..(place + 1)], step.Sequence.Tokens[place + 1]));
        var logprobs = scored.ToArray();
        return (step.Samples ? Sample(step, content) : new StepResult(step.Sequence, default, step.Pools ? Pool(step, content) : null)) with { PromptLogprobs = logprobs };
    }

    private StepResult Sample(SequenceStep step, List<int> content)
    {
        var computed = content.Count;
        content.AddRange(step.DraftTokens);
        var tokens = new SampledToken[1 + step.Drafts];
        try
        {
            var count = DraftVerification.Sample(step, row => SampleRow(step, content[..(computed + row)]), tokens);
            Truncate(content, computed + count - 1);
            _last[step.Sequence.Slot] = tokens[count - 1].TokenId;
            return new StepResult(step.Sequence, tokens.AsMemory(0, count));
        }
        catch (Exception exception)
        {
            Truncate(content, computed);
            _last[step.Sequence.Slot] = 0;
            if (limits.Overlaps && exception is SequenceFaultException own)
            {
                return new StepResult(step.Sequence, default, Fault: own);
            }

            throw;
        }
    }

    private SampledToken SampleRow(SequenceStep step, List<int> content)
    {
        var sequence = step.Sequence;
        Assert.Equal(sequence.Tokens.ToArray(), content[..^(step.Awaits ? 1 : 0)]);    // the drafts before the row count as appended
        Assert.True(!step.Awaits || (sequence.Constraint is null && sequence.Parameters.FrequencyPenalty == 0), "It needs its tokens.");
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
            _cache[block] = (_salts[slot], [.. _slots[slot].GetRange(position, limits.BlockSize)]);
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

    /// <summary>A step that was launched; they are collected in order, each once.</summary>
    private sealed class Pending(ShadowRunner runner, int number, IReadOnlyList<StepResult> results, Exception? crash) : IPendingStep
    {
        public IReadOnlyList<StepResult> Collect()
        {
            Assert.Equal(number, runner._collected++);
            if (crash is not null)
            {
                throw crash;
            }

            return number + 1 == runner._launched || runner.IsLost is not { } isLost
                ? results
                : [.. results.Select(result => !result.Tokens.IsEmpty && isLost(result.Sequence) ? result with { Tokens = default, IsOvertaken = true } : result)];
        }
    }
}
