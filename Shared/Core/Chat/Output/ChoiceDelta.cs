using System.Collections.Immutable;
using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>What one choice gained since the last delta: parts, and at its end the reason.</summary>
/// <param name="Index">The choice, from 0.</param>
/// <param name="Parts">New parts in order; none when only the end is told.</param>
/// <param name="CompletionTokens">Tokens of this choice so far, end tokens included.</param>
/// <param name="Logprobs">Entries of the tokens told with this delta, when the request asks for them.</param>
/// <param name="Finish">The end, in the choice's last delta only.</param>
public readonly record struct ChoiceDelta(
    int Index, ImmutableArray<AnswerPart> Parts, int CompletionTokens, IReadOnlyList<TokenLogprob>? Logprobs = null, ChoiceFinish? Finish = null)
{
    /// <summary>
    /// Entries of the prompt's tokens, in the choice's first delta, when the request asks for them. The first one has no probability; what stands
    /// there means nothing.
    /// </summary>
    public IReadOnlyList<TokenLogprob>? PromptLogprobs { get; init; }
}

/// <summary>How a choice ended.</summary>
/// <param name="Reason">Stop, length or tool calls.</param>
/// <param name="StopReason">The matched stop string or stop token id; null for the model's own end or for length.</param>
public sealed record ChoiceFinish(FinishReason Reason, StopReason? StopReason = null);
