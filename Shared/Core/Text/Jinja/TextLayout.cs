namespace Rill.Text.Jinja;

/// <summary>Padding, indenting and shortening.</summary>
internal static class TextLayout
{
    /// <summary>Pads to a width; <paramref name="before"/> of the padding (0 or 1) goes before the text.</summary>
    public static JinjaText Pad(JinjaText text, long width, JinjaText fill, int before)
    {
        var missing = Missing(text, width);
        return Surround(text, fill, before * missing, (1 - before) * missing);
    }

    /// <summary>Centres in a width, as str.center rounds.</summary>
    public static JinjaText Center(JinjaText text, long width, JinjaText fill)
    {
        var missing = Missing(text, width);
        var left = missing / 2 + (missing & width & 1);
        return Surround(text, fill, left, missing - left);
    }

    public static JinjaText ZeroFill(JinjaText text, long width)
    {
        var sign = text.Value.StartsWith('-') || text.Value.StartsWith('+') ? 1 : 0;
        var zeros = Missing(text, width);
        var builder = new TextBuilder().Append(text, 0, sign).Append(new string('0', (int)zeros));
        return builder.Append(text, sign, text.Length).ToText();
    }

    /// <summary>The indent filter: puts a prefix before each line but the first and the blank ones, unless asked to. Lines end as
    /// splitlines has it, and are joined by line feeds.</summary>
    public static JinjaText Indent(JinjaText text, JinjaText prefix, bool first, bool blank)
    {
        var builder = new TextBuilder();
        var lines = TextSplit.Lines(new TextBuilder().Append(text).Append("\n").ToText(), keepEnds: true);
        for (var index = 0; index < lines.Count; index++)
        {
            var line = (JinjaText)lines[index]!;
            var end = line.Length - (line.Value.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1);
            if (index == 0 ? first : blank || end > 0)
            {
                builder.Append(prefix);
            }

            builder.Append(line, 0, end);
            if (index + 1 < lines.Count)
            {
                builder.Append(line.Slice(end, line.Length).Derive("\n"));
            }
        }

        return builder.ToText();
    }

    /// <summary>The truncate filter: shortens a text to a length, its end included; at a space unless words may be cut.</summary>
    public static JinjaText Truncate(JinjaText text, long length, bool killWords, JinjaText end)
    {
        var kept = (JinjaText)PythonIndexing.Slice(text, null, Math.Max(0, length - PythonValues.Length(end)), null)!;
        var space = kept.Value.LastIndexOf(' ');
        kept = killWords || space < 0 ? kept : kept.Slice(0, space);
        return new TextBuilder().Append(kept).Append(end).ToText();
    }

    private static long Missing(JinjaText text, long width)
    {
        TextBuilder.CheckLength(width);
        return Math.Max(0, width - PythonText.CodePointCount(text.Value));
    }

    private static JinjaText Surround(JinjaText text, JinjaText fill, long before, long after)
    {
        return new TextBuilder().Append(fill, before).Append(text).Append(fill, after).ToText();
    }
}
