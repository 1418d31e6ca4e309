using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;

namespace Rill.Chat.Output;

/// <summary>
/// A choice of no tokens whose prompt is told with its log-probabilities. Its sequence computes the prompt, and with it one token, which nobody sees.
/// </summary>
/// <param name="index">The choice's index in the answer.</param>
/// <param name="prompt">The prompt's tokens.</param>
/// <param name="tokens">The sequence; disposed with this.</param>
/// <param name="tokenizer">The model's.</param>
internal sealed class ScoredPrompt(int index, IReadOnlyList<int> prompt, TokenStream tokens, ITokenizer tokenizer) : IChoiceSource
{
    /// <inheritdoc/>
    public int CompletionTokens => 0;

    /// <inheritdoc/>
    public int ReasoningTokens => 0;

    /// <inheritdoc/>
    public TimeSpan? TimeToFirstToken => tokens.Timings.TimeToFirstToken;

    /// <inheritdoc/>
    public int CachedTokens => tokens.CachedTokens;

    /// <inheritdoc/>
    public int? Ahead => tokens.Ahead;

    /// <inheritdoc/>
    public ChoiceFinish? Finish { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<ChoiceDelta> ReadAsync(CancellationToken cancellationToken)
    {
        _ = await tokens.ReadAsync(cancellationToken);
        Finish = new ChoiceFinish(FinishReason.Length);
        return new ChoiceDelta(index, [], CompletionTokens: 0, Finish: Finish)
        {
            PromptLogprobs = LogprobEntry.OfPrompt(prompt, tokens.PromptLogprobs, tokenizer),
        };
    }

    /// <inheritdoc/>
    public void Abort(AbortCause cause) => tokens.Abort(cause);

    /// <inheritdoc/>
    public void Dispose() => tokens.Dispose();
}
