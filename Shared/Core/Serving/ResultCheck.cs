namespace Rill.Serving;

/// <summary>Holds a runner's results against the steps that they answer, before anything is taken in.</summary>
internal static class ResultCheck
{
    /// <exception cref="InvalidOperationException">A result is missing, or is not what its step asked for.</exception>
    public static void ThrowIfUnfit(List<SequenceStep> steps, IReadOnlyList<StepResult> results)
    {
        if (steps.Count != results.Count)
        {
            throw new InvalidOperationException($"The runner answered {results.Count} of {steps.Count} sequences.");
        }

        for (var i = 0; i < steps.Count; i++)
        {
            if (results[i].Sequence != steps[i].Sequence || !Fits(steps[i], results[i]))
            {
                throw new InvalidOperationException($"The runner's result for sequence {steps[i].Sequence.Id} is not what its step asked for.");
            }
        }
    }

    private static bool Fits(SequenceStep step, StepResult result)
        => result.Fault is not null || (result.PromptLogprobs.Length == step.Scored && (result.IsOvertaken || HoldsItsOwn(step, result)));

    private static bool HoldsItsOwn(SequenceStep step, StepResult result)
        => step.Samples ? Fits(step, result.Tokens.Span) : result.Tokens.IsEmpty && step.Pools == (result.Vector is not null);

    private static bool Fits(SequenceStep step, ReadOnlySpan<SampledToken> tokens)
    {
        if (tokens.Length < 1 || tokens.Length > 1 + step.Drafts)
        {
            return false;
        }

        for (var i = 0; i < tokens.Length - 1; i++)
        {
            if (tokens[i].TokenId != step.DraftTokens[i])
            {
                return false;
            }
        }

        return true;
    }
}
