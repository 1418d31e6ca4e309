namespace Rill.Serving;

/// <summary>Says what can be planned while a step runs, of which the host knows that it samples tokens but not which.</summary>
/// <param name="overlaps">Whether steps are planned ahead at all.</param>
/// <param name="guesses">Whether a source of drafts asks each sequence for its tokens.</param>
/// <param name="maxLength">Most tokens of a sequence, prompt and completion.</param>
internal sealed class LookAhead(bool overlaps, bool guesses, int maxLength)
{
    /// <summary>
    /// Whether the next step can be planned behind one that runs: every sequence that goes on with it can do so without its results. If one cannot,
    /// all wait for them: a step without it would give it a token in every second step only, which costs it more than the others gain.
    /// </summary>
    public bool CanPlanBehind(StepBatch running) => overlaps && running.Steps.All(GoesOnUnread);

    /// <summary>Whether the sequence ends with a token that it awaits, whichever it is.</summary>
    public bool EndsWithAwaited(Sequence sequence) => sequence.AwaitedTokens > 0
        && (sequence.CompletionLength + sequence.AwaitedTokens >= sequence.Parameters.MaxTokens
            || sequence.Length + sequence.AwaitedTokens >= maxLength);

    private bool GoesOnUnread(SequenceStep step)
    {
        var sequence = step.Sequence;
        if (sequence.HasEnded)
        {
            return true;
        }

        if (step.Pools)
        {
            return step.Start + step.Count == sequence.Length;    // it ends; the other steps of a mean add to its sum
        }

        return !step.Samples || (step.Drafts == 0 && !guesses && !NeedsItsTokens(sequence));
    }

    /// <summary>
    /// Whether the token behind the awaited one depends on it by more than the model's logits, or the awaited one on the host, which a step behind
    /// it must not overtake.
    /// </summary>
    private static bool NeedsItsTokens(Sequence sequence)
    {
        var parameters = sequence.Parameters;
        return sequence.IsReadFirst || sequence.Constraint is not null || parameters.BadWords.Count > 0
            || parameters.RepetitionPenalty != 1 || parameters.FrequencyPenalty != 0 || parameters.PresencePenalty != 0
            || !parameters.MayEndWith(sequence.CompletionLength + 1);    // what is known when the next step is launched
    }
}
