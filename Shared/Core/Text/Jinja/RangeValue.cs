namespace Rill.Text.Jinja;

/// <summary>A Python range: the numbers from Start by Step while they are short of Stop.</summary>
internal sealed record RangeValue(long Start, long Stop, long Step)
{
    /// <summary>The sandbox's limit on a range's length.</summary>
    public const long LongestRange = 100_000;

    public long Count
    {
        get
        {
            Int128 span = Step > 0 ? (Int128)Stop - Start : (Int128)Start - Stop;
            return (long)Int128.Clamp((span + Int128.Abs(Step) - 1) / Int128.Abs(Step), 0, long.MaxValue);
        }
    }

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
