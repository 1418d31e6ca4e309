namespace Rill.Text.Jinja;

/// <summary>Python's indexing and slicing of sequences.</summary>
internal static class PythonIndexing
{
    /// <summary>The item at an index, counted from the end when negative; false when the value has no such item.</summary>
    public static bool TryGet(object? value, long index, out object? item)
    {
        item = null;
        if (value is not (JinjaText or ListValue or RangeValue))
        {
            return false;
        }

        var count = PythonValues.Length(value);
        var position = index < 0 ? index + count : index;
        if (position < 0 || position >= count)
        {
            return false;
        }

        item = value is JinjaText text ? Cut(text, position, position + 1) : PythonValues.Items(value)[(int)position];
        return true;
    }

    /// <summary>value[start:stop:step]; null stands for a bound that is left out.</summary>
    public static object? Slice(object? value, object? start, object? stop, object? step)
    {
        if (value is not (JinjaText or ListValue or RangeValue))
        {
            throw (value as Undefined)?.Error()
                ?? new ChatTemplateException($"'{PythonValues.TypeName(value)}' object is not subscriptable");
        }

        var stride = step is null ? 1 : Math.Clamp(PythonNumbers.ToIndex(step), -int.MaxValue, int.MaxValue);
        if (stride == 0)
        {
            throw new ChatTemplateException("slice step cannot be zero");
        }

        if (value is JinjaText text && stride == 1)
        {
            var count = PythonText.CodePointCount(text.Value);
            var (from, to) = (Bound(start, 0, count, 0, count), Bound(stop, count, count, 0, count));
            return Cut(text, from, Math.Max(from, to));
        }

        if (value is JinjaText characters)
        {
            return Pick(characters, start, stop, stride);
        }

        return new ListValue(Pick(PythonValues.Items(value), start, stop, stride), value is ListValue { IsTuple: true });
    }

    /// <summary>A part of a text by code points.</summary>
    private static JinjaText Cut(JinjaText text, long start, long end)
    {
        var from = PythonText.OffsetOf(text.Value, start);
        return text.Slice(from, from + PythonText.OffsetOf(text.Value[from..], end - start));
    }

    private static JinjaText Pick(JinjaText text, object? start, object? stop, long stride)
    {
        var offsets = new List<int>(text.Length + 1);
        for (var offset = 0; offset < text.Length; offset += char.IsSurrogatePair(text.Value, offset) ? 2 : 1)
        {
            offsets.Add(offset);
        }

        var builder = new TextBuilder();
        foreach (var position in Positions(offsets.Count, start, stop, stride))
        {
            builder.Append(text, offsets[position], position + 1 < offsets.Count ? offsets[position + 1] : text.Length);
        }

        return builder.ToText();
    }

    private static List<object?> Pick(IReadOnlyList<object?> items, object? start, object? stop, long stride)
    {
        var picked = new List<object?>();
        foreach (var position in Positions(items.Count, start, stop, stride))
        {
            picked.Add(items[position]);
        }

        return picked;
    }

    private static IEnumerable<int> Positions(int count, object? start, object? stop, long stride)
    {
        var (lowest, highest) = stride > 0 ? (0, count) : (-1, count - 1);
        var position = Bound(start, stride > 0 ? 0 : count - 1, count, lowest, highest);
        var end = Bound(stop, stride > 0 ? count : -1, count, lowest, highest);
        for (; stride > 0 ? position < end : position > end; position += stride)
        {
            yield return (int)position;
        }
    }

    private static long Bound(object? bound, long absent, int count, long lowest, long highest)
    {
        if (bound is null)
        {
            return absent;
        }

        var index = PythonNumbers.ToIndex(bound);
        return Math.Clamp(index < 0 ? index + count : index, lowest, highest);
    }
}
