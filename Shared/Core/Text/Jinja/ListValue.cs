namespace Rill.Text.Jinja;

/// <summary>
/// A Python list, or a tuple. Only append and pop change it, because templates need them; whoever goes through the items meanwhile keeps
/// those of before.
/// </summary>
internal sealed class ListValue
{
    public ListValue(IReadOnlyList<object?> items, bool isTuple = false)
    {
        RenderContext.ChargeItems(items.Count);
        (Items, IsTuple) = (items, isTuple);
    }

    public IReadOnlyList<object?> Items { get; private set; }

    public bool IsTuple { get; }

    public static ListValue Tuple(params object?[] items) => new(items, isTuple: true);

    /// <summary>list.append.</summary>
    public void Append(object? item)
    {
        RenderContext.ChargeItems(Items.Count + 1);
        Items = [.. Items, item];
    }

    /// <summary>list.pop: takes out the item at an index, counted from the end when negative.</summary>
    public object? Pop(long index)
    {
        RenderContext.ChargeItems(Items.Count);
        var position = index < 0 ? index + Items.Count : index;
        if (position < 0 || position >= Items.Count)
        {
            throw new ChatTemplateException(Items.Count == 0 ? "pop from empty list" : "pop index out of range");
        }

        var item = Items[(int)position];
        Items = [.. Items.Where((_, at) => at != position)];
        return item;
    }
}
