namespace Rill.Serving;

/// <summary>Where a sequence's time went; null for what has not happened yet.</summary>
/// <param name="Queue">From submission to the first step that computed it.</param>
/// <param name="Prefill">From that step to the first token.</param>
/// <param name="TimeToFirstToken">From the reservation, which precedes tokenizing, to the first token.</param>
public readonly record struct SequenceTimings(TimeSpan? Queue, TimeSpan? Prefill, TimeSpan? TimeToFirstToken);
