namespace Rill.Serving;

/// <summary>Gives decoding sequences drafts to verify, with what decodes and prompts leave of a step.</summary>
/// <param name="blocks">Memory accounts: drafts never cost another sequence its memory.</param>
/// <param name="constraints">Says how many of a sequence's drafts can be verified now.</param>
/// <param name="source">Guesses; null for no drafts.</param>
/// <param name="maxLength">Most tokens of a sequence, prompt and completion.</param>
internal sealed class DraftPlanner(BlockManager blocks, ConstraintReadiness constraints, IDraftSource? source, int maxLength)
{
    /// <summary>Lets the source guess what a step's decoding sequences go on with, as far as budget, memory and their limits allow.</summary>
    public void AddDrafts(List<SequenceStep> steps, int budget)
    {
        for (var i = 0; i < steps.Count && budget > 0 && source is not null; i++)
        {
            if (steps[i] is { Samples: true, Count: 1, Awaits: false } step && MostDrafts(step.Sequence, budget) is > 0 and var most)
            {
                var drafts = constraints.CountReady(step.Sequence, step.Sequence.Draft(source, most));
                if (drafts > 0 && blocks.TryGrow(step.Sequence, drafts))
                {
                    steps[i] = step with { Drafts = drafts };
                    budget -= drafts;
                }
            }
        }
    }

    /// <summary>A step with drafts was taken in: the memory of those that were refused goes back.</summary>
    public void EndStep(Sequence sequence)
    {
        sequence.ComputedTokens = sequence.Length - 1;
        blocks.Shrink(sequence);
    }

    /// <summary>With one token sampled after the last draft, none may lie beyond the end of the context or the completion.</summary>
    private int MostDrafts(Sequence sequence, int budget)
        => Math.Min(budget, Math.Min(maxLength - sequence.Length, sequence.Parameters.MaxTokens - sequence.CompletionLength) - 1);
}
