using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>Leaves one token at each place, and drafts all of them that are still to come.</summary>
/// <param name="text">The tokens.</param>
/// <param name="isBroken">True for a source of drafts that throws.</param>
/// <param name="prepare">What it has to prepare after so many tokens; null for nothing.</param>
internal sealed class ForcingConstraint(
    IReadOnlyList<int> text, bool isBroken = false, Func<int, IPreparation?>? prepare = null) : ITokenConstraint
{
    private int _accepted;

    public bool FillMask(Span<uint> mask)
    {
        mask.Clear();
        mask[text[_accepted] / 32] |= 1u << (text[_accepted] % 32);
        return true;
    }

    public IPreparation? Prepare() => prepare?.Invoke(_accepted);

    public TokenAcceptance Accept(int token) => token != text[_accepted] ? TokenAcceptance.Refused
        : ++_accepted == text.Count ? TokenAcceptance.Completed
        : TokenAcceptance.Accepted;

    public void RollBack(int count) => _accepted -= count;

    public int Draft(ReadOnlySpan<int> tokens, Span<int> drafts)
    {
        if (isBroken)
        {
            throw new InvalidOperationException("A fault of the constraint.");
        }

        var count = Math.Min(drafts.Length, text.Count - _accepted);
        for (var i = 0; i < count; i++)
        {
            drafts[i] = text[_accepted + i];
        }

        return count;
    }
}
