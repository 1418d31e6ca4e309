using Rill.Serving;

namespace Rill.Chat.Output;

/// <summary>Where one choice's deltas come from. One consumer. Disposing it ends the choice if it still runs.</summary>
internal interface IChoiceSource : IDisposable
{
    /// <summary>Tokens of the completion so far, end tokens included.</summary>
    int CompletionTokens { get; }

    /// <summary>Those of them that were reasoning.</summary>
    int ReasoningTokens { get; }

    /// <summary>From the request's arrival to this choice's first token; null before that.</summary>
    TimeSpan? TimeToFirstToken { get; }

    /// <summary>Prompt tokens that came from the prefix cache; known once the sequence ran.</summary>
    int CachedTokens { get; }

    /// <summary>Sequences that wait before this choice; null once it runs or has ended.</summary>
    int? Ahead { get; }

    /// <summary>How the choice ended; set with the last delta.</summary>
    ChoiceFinish? Finish { get; }

    /// <summary>
    /// The next delta that has parts, or the last one. Everything that waits is told at once, so that a slow reader gets fewer, larger
    /// deltas.
    /// </summary>
    /// <exception cref="EngineFaultException">The sequence failed.</exception>
    ValueTask<ChoiceDelta> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Ends the choice for the given cause if it still runs.</summary>
    void Abort(AbortCause cause);
}
