using Rill.Serving;

namespace Rill.Torch.Tests.Models;

/// <summary>Allows the tokens that a rule allows at a place of the completion, and keeps what it has accepted.</summary>
/// <param name="rule">Gets a token and how many were accepted before it; null to allow all.</param>
internal sealed class RuleConstraint(Func<int, int, bool>? rule) : ITokenConstraint
{
    private const int BitsPerWord = 32;

    /// <summary>The accepted tokens.</summary>
    public List<int> Accepted { get; } = [];

    public bool FillMask(Span<uint> mask)
    {
        mask.Clear();
        for (var token = 0; token < mask.Length * BitsPerWord && rule is not null; token++)
        {
            mask[token / BitsPerWord] |= rule(token, Accepted.Count) ? 1u << (token % BitsPerWord) : 0;
        }

        return rule is not null;
    }

    public TokenAcceptance Accept(int token)
    {
        if (rule?.Invoke(token, Accepted.Count) == false)
        {
            return TokenAcceptance.Refused;
        }

        Accepted.Add(token);
        return TokenAcceptance.Accepted;
    }

    public void RollBack(int count) => Accepted.RemoveRange(Accepted.Count - count, count);
}
