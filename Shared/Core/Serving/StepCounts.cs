namespace Rill.Serving;

/// <summary>What a step computed, in tokens.</summary>
/// <param name="Computed">Tokens that it computed, drafts included.</param>
/// <param name="Drafted">Drafts among them.</param>
/// <param name="Accepted">Drafts that a token was sampled behind: so many steps were saved.</param>
/// <param name="Sampled">Tokens that it gave.</param>
/// <param name="Wasted">Tokens that it computed for sequences that had ended meanwhile.</param>
internal readonly record struct StepCounts(int Computed, int Drafted, int Accepted, int Sampled, int Wasted)
{
    /// <summary>Computed tokens that stay.</summary>
    public int Kept => Computed - Drafted + Accepted - Wasted;

    /// <summary>Counts a step that was executed.</summary>
    public static StepCounts Of(StepBatch batch, IReadOnlyList<SequenceUpdate> updates)
    {
        var (computed, drafted, accepted, sampled, wasted) = (0, 0, 0, 0, 0);
        foreach (var step in batch.Steps)
        {
            computed += step.Count + step.Drafts;
            drafted += step.Drafts;
        }

        foreach (var update in updates)
        {
            sampled += update.Tokens.Length;
            wasted += update.IsWasted ? 1 : 0;
            accepted += Math.Max(0, update.Tokens.Length - 1);    // the last one is yet to be computed, the others were drafts
        }

        return new(computed, drafted, accepted, sampled, wasted);
    }
}
