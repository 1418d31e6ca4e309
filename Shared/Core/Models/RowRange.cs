namespace Rill.Models;

/// <summary>Rows of a published tensor, counted over all of its dimensions but the last: of stacked matrices, one matrix or a part of it.</summary>
/// <param name="First">The first row.</param>
/// <param name="Count">How many, at least 1.</param>
public readonly record struct RowRange(long First, long Count);
