namespace Rill.Text.Jinja;

/// <summary>What map, select and the like give: a generator, which can be iterated but has no length, no items and no text.</summary>
internal sealed record SequenceOnce(IReadOnlyList<object?> Items);
