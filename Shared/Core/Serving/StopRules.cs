namespace Rill.Serving;

/// <summary>Decides whether a token ends its sequence. Stop strings are text and belong to the caller.</summary>
internal static class StopRules
{
    /// <summary>The finish, after the token was appended; null to go on. End tokens come before stop tokens, both before length.</summary>
    public static SequenceFinish? Check(Sequence sequence, int token, int maxLength)
    {
        var parameters = sequence.Parameters;
        if (parameters.MayEndWith(sequence.CompletionLength))
        {
            if (!parameters.IgnoreEos && parameters.EosTokenIds.Contains(token))
            {
                return Finish(sequence, SequenceFinishReason.Stop);
            }

            if (parameters.StopTokenIds.Contains(token))
            {
                return Finish(sequence, SequenceFinishReason.Stop, token);
            }
        }

        return sequence.CompletionLength >= parameters.MaxTokens || sequence.Length >= maxLength
            ? Finish(sequence, SequenceFinishReason.Length)
            : null;
    }

    private static SequenceFinish Finish(Sequence sequence, SequenceFinishReason reason, int? stopToken = null)
        => new(reason, stopToken, sequence.PromptLength, sequence.CachedTokens, sequence.CompletionLength);
}
