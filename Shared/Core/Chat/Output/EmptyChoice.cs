using Rill.OpenAI;
using Rill.Serving;

namespace Rill.Chat.Output;

/// <summary>A choice of no tokens, for a request whose token limit is 0: nothing is computed for it.</summary>
internal sealed class EmptyChoice(int index) : IChoiceSource
{
    /// <inheritdoc/>
    public int CompletionTokens => 0;

    /// <inheritdoc/>
    public int ReasoningTokens => 0;

    /// <inheritdoc/>
    public TimeSpan? TimeToFirstToken => null;

    /// <inheritdoc/>
    public int CachedTokens => 0;

    /// <inheritdoc/>
    public int? Ahead => null;

    /// <inheritdoc/>
    public ChoiceFinish? Finish { get; private set; }

    /// <inheritdoc/>
    public ValueTask<ChoiceDelta> ReadAsync(CancellationToken cancellationToken)
    {
        Finish = new ChoiceFinish(FinishReason.Length);
        return new(new ChoiceDelta(index, [], CompletionTokens: 0, Finish: Finish));
    }

    /// <inheritdoc/>
    public void Abort(AbortCause cause)
    {
        // Nothing runs.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing runs.
    }
}
