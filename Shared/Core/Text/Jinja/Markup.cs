using System.Buffers;

namespace Rill.Text.Jinja;

/// <summary>Python's markupsafe: text marked as HTML, and the escaping of text that is not.</summary>
internal static class Markup
{
    private static readonly SearchValues<char> s_noName = SearchValues.Create(" \t\n\r\f\v/>=");

    /// <summary>Escapes a text for HTML, unless it is marked as escaped already; marks it so.</summary>
    public static JinjaText Escape(JinjaText text) => text.IsMarkup ? text : EscapeAgain(text);

    /// <summary>Escapes a text for HTML, whatever its mark.</summary>
    public static JinjaText EscapeAgain(JinjaText text)
    {
        var builder = new TextBuilder();
        var copied = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (Entity(text.Value[index]) is not { } entity)
            {
                continue;
            }

            builder.Append(text, copied, index).Append(text.Slice(index, index + 1).Derive(entity));
            copied = index + 1;
        }

        return builder.Append(text, copied, text.Length).ToText().AsMarkup();
    }

    /// <summary>Two texts added: when one of them is marked, the other is escaped.</summary>
    public static JinjaText Add(JinjaText left, JinjaText right)
    {
        if (!left.IsMarkup && !right.IsMarkup)
        {
            return new TextBuilder().Append(left).Append(right).ToText();
        }

        return new TextBuilder().Append(Escape(left)).Append(Escape(right)).ToText().AsMarkup();
    }

    /// <summary>The xmlattr filter: a dict's members as the attributes of a tag, without those that are none or undefined.</summary>
    public static JinjaText Attributes(BoundCall call)
    {
        var dict = call.Value as DictValue
            ?? throw new ChatTemplateException($"'{PythonValues.TypeName(call.Value)}' object has no attribute 'items'");
        var builder = new TextBuilder();
        foreach (var (key, value) in dict.Items.Where(item => item.Value is not (null or Undefined)))
        {
            var name = PythonText.Str(key);
            if (name.Value.AsSpan().ContainsAny(s_noName))
            {
                throw new ChatTemplateException("Invalid character in attribute name");
            }

            builder.Append(builder.Length > 0 || call.Flag(0, true) ? " " : "");
            builder.Append(Escape(name)).Append("=\"").Append(Escape(PythonText.Str(value))).Append("\"");
        }

        return builder.ToText();
    }

    private static string? Entity(char character) => character switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&#34;",
        '\'' => "&#39;",
        _ => null,
    };
}
