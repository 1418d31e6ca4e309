namespace Rill.Serving;

/// <summary>Samples where a step has drafts, for runners: the tokens are those of a run without drafts.</summary>
public static class DraftVerification
{
    /// <summary>
    /// Samples after the step's last token, then after each draft for as long as the drafts are what was sampled; the sample that differs
    /// is a token of the completion too. Between the samples the sequence is advanced, so that penalties, bans, its constraint and its
    /// random numbers are those of the plain run; at the end, and when <paramref name="sample"/> throws, it is as it was.
    /// </summary>
    /// <param name="step">A step that samples.</param>
    /// <param name="sample">Samples the sequence's next token from the logits of the row with this index among the step's 1 + drafts.</param>
    /// <param name="sampled">Room for 1 + drafts tokens.</param>
    /// <returns>How many tokens were sampled, at least 1.</returns>
    public static int Sample(SequenceStep step, Func<int, SampledToken> sample, Span<SampledToken> sampled)
    {
        var sequence = step.Sequence;
        var drafts = step.DraftTokens;
        var advanced = 0;
        try
        {
            sampled[0] = sample(0);
            while (advanced < drafts.Length && sampled[advanced].TokenId == drafts[advanced] && GoesOn(sequence, drafts[advanced]))
            {
                advanced++;
                sampled[advanced] = sample(advanced);
            }

            return advanced + 1;
        }
        finally
        {
            sequence.RollBack(advanced);
        }
    }

    /// <summary>Appends a draft that was confirmed, unless nothing is to be sampled after it: it ends the sequence, or cannot be.</summary>
    private static bool GoesOn(Sequence sequence, int draft)
    {
        var acceptance = sequence.Append(draft);
        if (acceptance == TokenAcceptance.Accepted && !StopRules.Ends(sequence, draft))
        {
            return true;
        }

        sequence.RollBack(acceptance == TokenAcceptance.Refused ? 0 : 1);
        return false;
    }
}
