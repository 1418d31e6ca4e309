namespace Rill.Serving;

/// <summary>What a step came to for one sequence; its finish is in <see cref="Sequence.Finish"/>.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Tokens">The tokens that became part of its completion; valid until the next step is collected.</param>
/// <param name="Fault">Why it leaves without a finish; null when it does not.</param>
internal readonly record struct SequenceUpdate(Sequence Sequence, ReadOnlyMemory<SampledToken> Tokens, SequenceFaultException? Fault = null)
{
    /// <summary>True where the result counts for nothing: the sequence had ended, or gone back, while the step ran.</summary>
    public bool IsWasted { get; private init; }

    /// <summary>A result that counts for nothing.</summary>
    public static SequenceUpdate Wasted(Sequence sequence) => new(sequence, default) { IsWasted = true };

    /// <summary>Takes a step's result into its sequence, and its finish. Tokens after the one that ends it are dropped.</summary>
    public static SequenceUpdate Take(SequenceStep step, StepResult result, int maxLength)
        => result.Fault is { } fault ? new SequenceUpdate(step.Sequence, default, fault)
            : step.Pools ? Pool(step.Sequence, result.Vector!)
            : Accept(step.Sequence, result.Tokens, maxLength);

    private static SequenceUpdate Pool(Sequence sequence, float[] vector)
    {
        var isLast = sequence.PendingTokens == 0;
        sequence.Pool(vector, isLast);
        if (isLast)
        {
            sequence.Finish = StopRules.Finish(sequence, SequenceFinishReason.Stop) with { Vector = sequence.Vector };
        }

        return new SequenceUpdate(sequence, default);
    }

    private static SequenceUpdate Accept(Sequence sequence, ReadOnlyMemory<SampledToken> tokens, int maxLength)
    {
        for (var accepted = 0; accepted < tokens.Length; accepted++)
        {
            if (TryAppend(sequence, tokens.Span[accepted].TokenId, maxLength) is { } fault)
            {
                return new SequenceUpdate(sequence, tokens[..accepted], fault);
            }

            if (sequence.Finish is not null)
            {
                return new SequenceUpdate(sequence, tokens[..(accepted + 1)]);
            }
        }

        return new SequenceUpdate(sequence, tokens);
    }

    /// <summary>Appends a token; a fault when the constraint does not take it, since the runner sampled under its mask.</summary>
    private static SequenceFaultException? TryAppend(Sequence sequence, int token, int maxLength)
    {
        try
        {
            var acceptance = sequence.Append(token);
            if (acceptance == TokenAcceptance.Refused)
            {
                return new SequenceFaultException(sequence, "The model gave a token that the request does not allow.");
            }

            sequence.Finish = StopRules.Check(sequence, token, acceptance, maxLength);
            return null;
        }
#pragma warning disable CA1031 // A constraint is a request's own; the other sequences go on whatever it throws.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new SequenceFaultException(sequence, "The request's constraint on tokens failed.", exception);
        }
    }
}
