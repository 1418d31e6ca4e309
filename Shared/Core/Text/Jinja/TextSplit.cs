namespace Rill.Text.Jinja;

/// <summary>Cutting text into pieces.</summary>
internal static class TextSplit
{
    /// <summary>str.split: at a separator, or at runs of white space when it is null; at most <paramref name="limit"/> cuts.</summary>
    public static List<object?> Split(JinjaText text, JinjaText? separator, long limit)
    {
        if (separator is null)
        {
            return SplitWords(text, limit);
        }

        CheckSeparator(separator);
        var parts = new List<object?>();
        var start = 0;
        for (var cuts = limit; cuts != 0; cuts--)
        {
            var index = text.Value.IndexOf(separator.Value, start, StringComparison.Ordinal);
            if (index < 0)
            {
                break;
            }

            Add(parts, text.Slice(start, index));
            start = index + separator.Length;
        }

        parts.Add(text.Slice(start, text.Length));
        return parts;
    }

    /// <summary>str.rsplit: the same, but the cuts are made from the end.</summary>
    public static List<object?> SplitFromEnd(JinjaText text, JinjaText? separator, long limit)
    {
        if (separator is null)
        {
            return limit < 0 ? SplitWords(text, limit) : SplitWordsFromEnd(text, limit);
        }

        CheckSeparator(separator);
        var parts = new List<object?>();
        var end = text.Length;
        for (var cuts = limit; cuts != 0; cuts--)
        {
            var index = text.Value.AsSpan(0, end).LastIndexOf(separator.Value, StringComparison.Ordinal);
            if (index < 0)
            {
                break;
            }

            Add(parts, text.Slice(index + separator.Length, end));
            end = index;
        }

        parts.Add(text.Slice(0, end));
        parts.Reverse();
        return parts;
    }

    /// <summary>str.splitlines.</summary>
    public static List<object?> Lines(JinjaText text, bool keepEnds)
    {
        var lines = new List<object?>();
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (!PythonCharacters.EndsLine(text.Value[index]))
            {
                continue;
            }

            var end = index;
            if (text.Value[index] == '\r' && index + 1 < text.Length && text.Value[index + 1] == '\n')
            {
                index++;
            }

            Add(lines, text.Slice(start, keepEnds ? index + 1 : end));
            start = index + 1;
        }

        if (start < text.Length)
        {
            lines.Add(text.Slice(start, text.Length));
        }

        return lines;
    }

    /// <summary>str.partition and str.rpartition.</summary>
    public static ListValue Partition(JinjaText text, JinjaText separator, bool fromEnd)
    {
        CheckSeparator(separator);
        var index = fromEnd
            ? text.Value.LastIndexOf(separator.Value, StringComparison.Ordinal)
            : text.Value.IndexOf(separator.Value, StringComparison.Ordinal);
        if (index < 0)
        {
            return fromEnd
                ? ListValue.Tuple(JinjaText.Empty, JinjaText.Empty, text)
                : ListValue.Tuple(text, JinjaText.Empty, JinjaText.Empty);
        }

        var end = index + separator.Length;
        return ListValue.Tuple(text.Slice(0, index), text.Slice(index, end), text.Slice(end, text.Length));
    }

    private static List<object?> SplitWords(JinjaText text, long limit)
    {
        var words = new List<object?>();
        var index = SkipSpace(text, 0);
        while (index < text.Length)
        {
            if (limit >= 0 && words.Count == limit)
            {
                words.Add(text.Slice(index, text.Length));
                break;
            }

            var start = index;
            while (index < text.Length && !PythonCharacters.IsSpace(text.Value[index]))
            {
                index++;
            }

            Add(words, text.Slice(start, index));
            index = SkipSpace(text, index);
        }

        return words;
    }

    private static List<object?> SplitWordsFromEnd(JinjaText text, long limit)
    {
        var words = new List<object?>();
        var rest = text.Trim(null, atStart: false, atEnd: true);
        while (rest.Length > 0)
        {
            var start = rest.Length;
            while (start > 0 && (words.Count == limit || !PythonCharacters.IsSpace(rest.Value[start - 1])))
            {
                start--;
            }

            Add(words, rest.Slice(start, rest.Length));
            rest = rest.Slice(0, start).Trim(null, atStart: false, atEnd: true);
        }

        words.Reverse();
        return words;
    }

    private static void Add(List<object?> parts, JinjaText part)
    {
        if (parts.Count == RenderContext.MostIterations)
        {
            throw new ChatTemplateException($"The chat template cuts a text into more than {RenderContext.MostIterations} pieces.");
        }

        parts.Add(part);
    }

    private static int SkipSpace(JinjaText text, int index)
    {
        while (index < text.Length && PythonCharacters.IsSpace(text.Value[index]))
        {
            index++;
        }

        return index;
    }

    private static void CheckSeparator(JinjaText separator)
    {
        if (separator.Length == 0)
        {
            throw new ChatTemplateException("empty separator");
        }
    }
}
