namespace Rill.Serving;

/// <summary>Drafts what constraints leave no choice about.</summary>
internal sealed class ConstraintDrafts : IDraftSource
{
    /// <inheritdoc/>
    public int Draft(Sequence sequence, Span<int> drafts)
    {
        try
        {
            return sequence.Constraint?.Draft(sequence.Tokens, drafts) ?? 0;
        }
#pragma warning disable CA1031 // A guess is worth no sequence: without one it goes on, and a constraint that is broken fails it at its mask.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 0;
        }
    }
}
