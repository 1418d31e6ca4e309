using Rill.Serving;

namespace Rill.Chat.Constraints;

/// <summary>Ends a model's reasoning after so many tokens: those that spell its end are then the only ones that may follow.</summary>
/// <param name="inner">What else limits the sequence; it tells where the reasoning is.</param>
/// <param name="budget">Most tokens of reasoning before the end is written, at least 0.</param>
/// <param name="end">The tokens that spell the end, at least one.</param>
internal sealed class ThinkingBudget(GrammarConstraint inner, int budget, IReadOnlyList<int> end) : ITokenConstraint
{
    private readonly List<int> _thought = [0];    // tokens of reasoning, after each token

    private bool IsSpent => inner.IsReasoning && _thought[^1] >= budget;

    /// <inheritdoc/>
    public bool FillMask(Span<uint> mask)
    {
        if (!IsSpent)
        {
            return inner.FillMask(mask);
        }

        mask.Clear();
        mask[Forced >> 5] |= 1u << Forced;
        return true;
    }

    /// <inheritdoc/>
    public IPreparation? Prepare() => IsSpent ? null : inner.Prepare();

    /// <inheritdoc/>
    public TokenAcceptance Accept(int token)
    {
        if (IsSpent && token != Forced)
        {
            return TokenAcceptance.Refused;
        }

        var thought = _thought[^1] + (inner.IsReasoning ? 1 : 0);
        var acceptance = inner.Accept(token);
        if (acceptance != TokenAcceptance.Refused)
        {
            _thought.Add(thought);
        }

        return acceptance;
    }

    /// <inheritdoc/>
    public void RollBack(int count)
    {
        inner.RollBack(count);
        _thought.RemoveRange(_thought.Count - count, count);
    }

    /// <inheritdoc/>
    /// <remarks>Once the budget is spent the rest of the end is no guess.</remarks>
    public int Draft(ReadOnlySpan<int> tokens, Span<int> drafts)
    {
        if (!IsSpent)
        {
            return inner.Draft(tokens, drafts);
        }

        var count = Math.Min(drafts.Length, end.Count - NextOfEnd);
        for (var i = 0; i < count; i++)
        {
            drafts[i] = end[NextOfEnd + i];
        }

        return count;
    }

    private int NextOfEnd => (_thought[^1] - budget) % end.Count;

    private int Forced => end[NextOfEnd];
}
