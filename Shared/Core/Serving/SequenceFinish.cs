namespace Rill.Serving;

/// <summary>How a sequence finished, and what it used.</summary>
/// <param name="Reason">Why it finished.</param>
/// <param name="StopTokenId">
/// The matched entry of <see cref="SamplingParameters.StopTokenIds"/>; null for any other finish.
/// </param>
/// <param name="PromptTokens">Tokens in the prompt.</param>
/// <param name="CachedTokens">Prompt tokens that came from the prefix cache.</param>
/// <param name="CompletionTokens">Tokens sampled, the ending one included.</param>
public sealed record SequenceFinish(SequenceFinishReason Reason, int? StopTokenId, int PromptTokens, int CachedTokens, int CompletionTokens)
{
    /// <summary>True when the last delivered token is an end token of the model, which has no text.</summary>
    public bool EndsWithEos { get; init; }

    /// <summary>The vector of a sequence that was embedded, as long as the model's hidden size; null for one that generated.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }
}

/// <summary>Why a sequence finished by itself.</summary>
public enum SequenceFinishReason
{
    /// <summary>An end token, a stop token or a complete constraint; or the vector is there.</summary>
    Stop,

    /// <summary>The token limit or the end of the context.</summary>
    Length,
}
