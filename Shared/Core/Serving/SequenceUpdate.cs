namespace Rill.Serving;

/// <summary>What a step came to for one sequence; its finish is in <see cref="Sequence.Finish"/>.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Tokens">The tokens that became part of its completion; valid until the runner's next step.</param>
/// <param name="Fault">Why it left without a finish; null when it did not.</param>
internal readonly record struct SequenceUpdate(Sequence Sequence, ReadOnlyMemory<SampledToken> Tokens, SequenceFaultException? Fault = null);
