namespace Rill.Text.Jinja;

/// <summary>A Python range: the numbers from Start by Step while they are short of Stop.</summary>
internal sealed record RangeValue(long Start, long Stop, long Step)
{
    /// <summary>The sandbox's limit on a range's length.</summary>
    public const long LongestRange = 100_000;

    public long Count => Math.Max(0, Step > 0 ? (Stop - Start + Step - 1) / Step : (Start - Stop - Step - 1) / -Step);

    public IReadOnlyList<object?> Items
    {
        get
        {
            var items = new object?[Count];
            for (var index = 0; index < items.Length; index++)
            {
                items[index] = Start + index * Step;
            }

            return items;
        }
    }
}
