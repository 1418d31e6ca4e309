namespace Rill.Serving;

/// <summary>Decides whether a token ends its sequence. Stop strings are text and belong to the caller.</summary>
internal static class StopRules
{
    /// <summary>
    /// The finish, after the token was appended; null to go on. End tokens come before stop tokens, both before a complete constraint, and
    /// length is last.
    /// </summary>
    public static SequenceFinish? Check(Sequence sequence, int token, TokenAcceptance acceptance, int maxLength)
    {
        if (IsEndToken(sequence, token))
        {
            return Finish(sequence, SequenceFinishReason.Stop) with { EndsWithEos = true };
        }

        if (IsStopToken(sequence, token))
        {
            return Finish(sequence, SequenceFinishReason.Stop, token);
        }

        if (acceptance == TokenAcceptance.Completed)
        {
            return Finish(sequence, SequenceFinishReason.Stop);
        }

        return sequence.CompletionLength >= sequence.Parameters.MaxTokens || sequence.Length >= maxLength
            ? Finish(sequence, SequenceFinishReason.Length)
            : null;
    }

    /// <summary>Whether the token, which was appended, ends its sequence by what it is.</summary>
    public static bool Ends(Sequence sequence, int token) => IsEndToken(sequence, token) || IsStopToken(sequence, token);

    /// <summary>How a sequence ends that is all computed or complete.</summary>
    public static SequenceFinish Finish(Sequence sequence, SequenceFinishReason reason, int? stopToken = null)
        => new(reason, stopToken, sequence.PromptLength, sequence.CachedTokens, sequence.CompletionLength);

    private static bool IsEndToken(Sequence sequence, int token)
        => MayStop(sequence) && !sequence.Parameters.IgnoreEos && sequence.Parameters.EosTokenIds.Contains(token);

    private static bool IsStopToken(Sequence sequence, int token) => MayStop(sequence) && sequence.Parameters.StopTokenIds.Contains(token);

    private static bool MayStop(Sequence sequence) => sequence.Parameters.MayEndWith(sequence.CompletionLength);
}
