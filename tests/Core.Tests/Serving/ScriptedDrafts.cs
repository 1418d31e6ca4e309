using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>
/// Guesses what the shadow model says, right up to a place that chance chooses: drafts are accepted whole, in part, or not at all.
/// </summary>
internal sealed class ScriptedDrafts(int vocabulary, Random random, double rightShare) : IDraftSource
{
    /// <summary>Guesses so far.</summary>
    public int Drafted { get; private set; }

    public int Draft(Sequence sequence, Span<int> drafts)
    {
        var count = random.Next(drafts.Length + 1);
        var tokens = sequence.Tokens.ToArray().ToList();
        for (var i = 0; i < count; i++)
        {
            var right = random.NextDouble() < rightShare;
            drafts[i] = right ? ShadowModel.NextToken(tokens, vocabulary) : random.Next(vocabulary);
            tokens.Add(drafts[i]);
        }

        Drafted += count;
        return count;
    }
}
