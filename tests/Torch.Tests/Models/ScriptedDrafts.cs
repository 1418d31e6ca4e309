using Rill.Serving;

namespace Rill.Torch.Tests.Models;

/// <summary>Drafts that a test makes up.</summary>
internal sealed class ScriptedDrafts(Func<Sequence, IReadOnlyList<int>> script) : IDraftSource
{
    public int Draft(Sequence sequence, Span<int> drafts)
    {
        var tokens = script(sequence);
        var count = Math.Min(tokens.Count, drafts.Length);
        for (var i = 0; i < count; i++)
        {
            drafts[i] = tokens[i];
        }

        return count;
    }
}
