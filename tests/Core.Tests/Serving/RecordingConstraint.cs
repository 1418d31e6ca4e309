using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>
/// Allows tokens by what it has accepted: their sum with the accepted ones may not be a multiple of three. It notes what it accepts, and
/// is complete after a number of tokens.
/// </summary>
/// <param name="vocabulary">Number of token ids.</param>
/// <param name="completeAfter">The number of tokens.</param>
/// <param name="prepare">What it has to prepare after so many tokens; null for nothing.</param>
internal sealed class RecordingConstraint(
    int vocabulary, int completeAfter = int.MaxValue, Func<int, IPreparation?>? prepare = null) : ITokenConstraint
{
    /// <summary>What was accepted and not rolled back.</summary>
    public List<int> Accepted { get; } = [];

    /// <summary>Tokens that were rolled back.</summary>
    public int RolledBack { get; private set; }

    public bool FillMask(Span<uint> mask)
    {
        Assert.True(Accepted.Count < completeAfter, "Nothing may follow.");
        mask.Fill(0xAAAAAAAA);    // what it held before means nothing
        mask.Clear();
        for (var token = 0; token < vocabulary; token++)
        {
            mask[token / 32] |= Allows(token) ? 1u << (token % 32) : 0;
        }

        return true;
    }

    public IPreparation? Prepare() => prepare?.Invoke(Accepted.Count);

    public TokenAcceptance Accept(int token)
    {
        if (!Allows(token))
        {
            return TokenAcceptance.Refused;
        }

        Accepted.Add(token);
        return Accepted.Count >= completeAfter ? TokenAcceptance.Completed : TokenAcceptance.Accepted;
    }

    public void RollBack(int count)
    {
        Accepted.RemoveRange(Accepted.Count - count, count);
        RolledBack += count;
    }

    private bool Allows(int token) => (Accepted.Sum() + token) % 3 != 0;
}
