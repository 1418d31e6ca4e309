namespace Rill.Serving;

/// <summary>
/// All tokens of one sequence since the previous read. Every sampled token is delivered once, also the one that ends the sequence: a
/// matched stop token is output like any other, an end token (see <see cref="SequenceFinish.EndsWithEos"/>) has no text.
/// The memory is valid until the next read of the same stream.
/// </summary>
/// <param name="TokenIds">Token ids in order; at least one, except in a last batch.</param>
/// <param name="Logprobs">One entry for each token when the sequence asked for logprobs, otherwise empty.</param>
/// <param name="Finish">Not null in the last batch.</param>
public readonly record struct TokenBatch(ReadOnlyMemory<int> TokenIds, ReadOnlyMemory<TokenLogprobs> Logprobs, SequenceFinish? Finish);
