namespace Rill.Text.Jinja;

/// <summary>Finding, replacing and joining.</summary>
internal static class TextSearch
{
    /// <summary>The index of a part in code points, or -1.</summary>
    public static long IndexOf(JinjaText text, JinjaText part, bool fromEnd)
    {
        var index = fromEnd
            ? text.Value.LastIndexOf(part.Value, StringComparison.Ordinal)
            : text.Value.IndexOf(part.Value, StringComparison.Ordinal);
        return index <= 0 ? index : PythonText.CodePointCount(text.Value[..index]);
    }

    public static long Count(JinjaText text, JinjaText part)
    {
        if (part.Length == 0)
        {
            return PythonText.CodePointCount(text.Value) + 1;
        }

        long count = 0;
        for (var index = Next(text, part, 0); index >= 0; index = Next(text, part, index + part.Length))
        {
            count++;
        }

        return count;
    }

    /// <summary>Replaces at most <paramref name="limit"/> occurrences; all when it is negative.</summary>
    public static JinjaText Replace(JinjaText text, JinjaText old, JinjaText replacement, long limit)
    {
        if (old.Length == 0)
        {
            return Interleave(text, replacement, limit);
        }

        var builder = new TextBuilder();
        var copied = 0;
        for (var index = Next(text, old, 0); index >= 0 && limit != 0; index = Next(text, old, copied))
        {
            builder.Append(text, copied, index).Append(replacement);
            copied = index + old.Length;
            limit--;
        }

        return copied == 0 ? text : builder.Append(text, copied, text.Length).ToText();
    }

    /// <summary>str.join: every item must be a string.</summary>
    public static JinjaText Join(JinjaText separator, IReadOnlyList<object?> items)
    {
        var builder = new TextBuilder();
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
            {
                builder.Append(separator);
            }

            builder.Append(items[index] as JinjaText ?? throw new ChatTemplateException(
                $"sequence item {index}: expected str instance, {PythonValues.TypeName(items[index])} found"));
        }

        return builder.ToText();
    }

    private static int Next(JinjaText text, JinjaText part, int from) => text.Value.IndexOf(part.Value, from, StringComparison.Ordinal);

    private static JinjaText Interleave(JinjaText text, JinjaText replacement, long limit)
    {
        var builder = new TextBuilder();
        var left = limit < 0 ? long.MaxValue : limit;
        foreach (var character in PythonText.Characters(text))
        {
            if (left-- > 0)
            {
                builder.Append(replacement);
            }

            builder.Append((JinjaText)character!);
        }

        return (left > 0 ? builder.Append(replacement) : builder).ToText();
    }
}
