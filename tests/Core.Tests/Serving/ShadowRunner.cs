using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>
/// A runner whose "keys and values" are the tokens themselves. It does to them exactly what a batch says, fails when a slot does not
/// hold what the scheduler believes, and draws each token from the slot's content: a wrong restore or save changes the text.
/// </summary>
internal sealed class ShadowRunner(ModelLimits limits, Func<StepBatch, Exception?>? fault = null) : IModelRunner
{
    private readonly List<int>[] _slots = [.. Enumerable.Range(0, limits.SlotCount).Select(_ => new List<int>())];
    private readonly int[]?[] _cache = new int[limits.BlockCount][];

    public ModelLimits Limits => limits;

    public int Steps { get; private set; }

    public int BlocksInUse => _slots.Sum(slot => Blocks(slot.Count)) + _cache.Count(block => block is not null);

    public static int NextToken(IReadOnlyList<int> tokens, int vocabulary)
    {
        var hash = 17u;
        foreach (var token in tokens)
        {
            hash = (hash * 31) + (uint)token + 7;
        }

        return (int)((hash ^ (hash >> 15)) % (uint)vocabulary);
    }

    public static List<int> Solo(IEnumerable<int> prompt, int completionTokens, int vocabulary)
    {
        var tokens = prompt.ToList();
        var promptLength = tokens.Count;
        while (tokens.Count < promptLength + completionTokens)
        {
            tokens.Add(NextToken(tokens, vocabulary));
        }

        return tokens[promptLength..];
    }

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
    }

    private void Restore(StepBatch batch)
    {
        foreach (var (slot, position, block) in batch.Restores)
        {
            Truncate(_slots[slot], position);
            _slots[slot].AddRange(_cache[block] ?? throw new InvalidOperationException($"Block {block} holds nothing."));
        }
    }

    private StepResult? Compute(SequenceStep step)
    {
        var content = _slots[step.Sequence.Slot];
        Truncate(content, step.Start);
        content.AddRange(step.Sequence.Tokens.Slice(step.Start, step.Count));
        Assert.Equal(step.Sequence.Tokens[..content.Count].ToArray(), content);
        return step.Samples ? Sample(step, content) : null;
    }

    private StepResult Sample(SequenceStep step, List<int> content)
    {
        var computed = content.Count;
        content.AddRange(step.DraftTokens);
        var tokens = new SampledToken[1 + step.Drafts];
        var count = DraftVerification.Sample(step, row => new(NextToken(content[..(computed + row)], limits.VocabularySize)), tokens);
        Truncate(content, computed + count - 1);
        return new StepResult(step.Sequence, tokens.AsMemory(0, count));
    }

    private void Save(StepBatch batch)
    {
        foreach (var (slot, position, block) in batch.Saves)
        {
            _cache[block] = [.. _slots[slot].GetRange(position, limits.BlockSize)];
        }
    }

    private static void Truncate(List<int> content, int length)
    {
        Assert.InRange(length, 0, content.Count);
        content.RemoveRange(length, content.Count - length);
    }

    private int Blocks(int tokens) => (tokens + limits.BlockSize - 1) / limits.BlockSize;
}
