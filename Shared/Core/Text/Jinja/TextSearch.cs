using System.Text;

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

    /// <summary>A text without its HTML comments and tags, as markupsafe strips them: comments first, a tag ends at the next '>'.</summary>
    public static string RemoveTags(string text) => Remove(Remove(text, "<!--", "-->"), "<", ">");

    /// <summary>A text without the stretches from each opening mark to the next closing one; one that is not closed stays.</summary>
    private static string Remove(string text, string open, string close)
    {
        var kept = new StringBuilder();
        var position = 0;
        for (var start = text.IndexOf(open, StringComparison.Ordinal); start >= 0;
            start = text.IndexOf(open, position, StringComparison.Ordinal))
        {
            var end = text.IndexOf(close, start, StringComparison.Ordinal);
            if (end < 0)
            {
                break;
            }

            kept.Append(text, position, start - position);
            position = end + close.Length;
        }

        return kept.Append(text, position, text.Length - position).ToString();
    }

    private static int Next(JinjaText text, JinjaText part, int from) => text.Value.IndexOf(part.Value, from, StringComparison.Ordinal);

    private static JinjaText Interleave(JinjaText text, JinjaText replacement, long limit)
    {
        var builder = new TextBuilder();
        var left = limit < 0 ? long.MaxValue : limit;
        for (var index = 0; index < text.Length;)
        {
            if (left-- > 0)
            {
                builder.Append(replacement);
            }

            var end = index + (char.IsSurrogatePair(text.Value, index) ? 2 : 1);
            builder.Append(text, index, end);
            index = end;
        }

        return (left > 0 ? builder.Append(replacement) : builder).ToText();
    }
}
