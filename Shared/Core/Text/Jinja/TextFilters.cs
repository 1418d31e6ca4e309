using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Rill.Text.Jinja;

/// <summary>Filters that give text.</summary>
internal static partial class TextFilters
{
    public static IEnumerable<Function> All =>
    [
        new("string", "", call => call.Text),
        new("safe", "", call => call.Text.AsMarkup()),
        new("upper", "", call => TextCase.Upper(call.Text)),
        new("lower", "", call => TextCase.Lower(call.Text)),
        new("capitalize", "", call => TextCase.Capitalize(call.Text)),
        new("title", "", call => Title(call.Text)),
        new("trim", "chars?", call => call.Text.Trim(call.Or(0, null) is null ? null : call.TextAt(0).Value, atStart: true, atEnd: true)),
        new("replace", "old new count?", Replace),
        new("indent", "width? first? blank?", Indent),
        new("center", "width?", call => TextLayout.Center(call.Text, call.Integer(0, 80), JinjaText.OfTemplate(" "))),
        new("truncate", "length? killwords? end? leeway?", Truncate),
        new("format", "*", Format),
        new("tojson", "ensure_ascii? indent? separators? sort_keys?", ToJson),
        new("escape", "", call => Markup.Escape(call.Text)),
        new("forceescape", "", call => Markup.EscapeAgain(call.Text)),
        new("striptags", "", call => call.Text.Derive(
            WebUtility.HtmlDecode(Spaces().Replace(TextSearch.RemoveTags(call.Text.Value), " ").Trim()))),
        new("xmlattr", "autospace?", call => Markup.Attributes(call)),
        new("urlencode", "", UrlEncode),
        new("wordcount", "", call => (long)Words().Count(call.Text.Value)),
        new("join", "d? attribute?", Join),
    ];

    private static JinjaText UrlEncode(BoundCall call)
    {
        // %E4, for each byte of UTF-8.
        const int EscapeLength = 3;
        if (call.Value is not (JinjaText or Undefined) && PythonValues.IsIterable(call.Value))
        {
            throw new ChatTemplateException("urlencode takes text here, no pairs");
        }

        var text = call.Text.Value;
        var kept = text.Count(character => char.IsAsciiLetterOrDigit(character) || "-_.~/".Contains(character, StringComparison.Ordinal));
        TextBuilder.CheckLength(kept + EscapeLength * ((long)Encoding.UTF8.GetByteCount(text) - kept));
        return call.Text.Derive(Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal));
    }

    private static JinjaText Replace(BoundCall call) =>
        TextSearch.Replace(call.Text, PythonText.Str(call[0]), PythonText.Str(call[1]), call.Or(2, null) is null ? -1 : call.Integer(2, -1));

    /// <summary>The title filter: capitals begin words, which end at white space, hyphens and opening brackets.</summary>
    private static JinjaText Title(JinjaText text)
    {
        var result = new StringBuilder();
        var start = 0;
        for (var index = 0; index <= text.Length; index++)
        {
            if (index == text.Length || char.IsWhiteSpace(text.Value[index]) || "-({[<".Contains(text.Value[index], StringComparison.Ordinal))
            {
                var end = Math.Min(index + 1, text.Length);
                result.Append(TextCase.Capitalize(text.Slice(start, end)).Value);
                start = end;
            }
        }

        return text.Recase(result.ToString());
    }

    private static JinjaText Indent(BoundCall call)
    {
        var prefix = call.Or(0, 4L) as JinjaText ?? JinjaText.OfTemplate(new string(' ', Width(call.Integer(0, 4))));
        return TextLayout.Indent(call.TextValue, prefix, call.Flag(1, false), call.Flag(2, false));
    }

    private static object? Truncate(BoundCall call)
    {
        var length = call.Integer(0, 255);
        return PythonValues.Length(call.Value) <= length + call.Integer(3, 5)
            ? call.Value
            : TextLayout.Truncate(call.TextValue, length, call.Flag(1, false), call.Has(2) ? call.TextAt(2) : JinjaText.OfTemplate("..."));
    }

    private static JinjaText Format(BoundCall call)
    {
        if (call.Arguments.Named.Count == 0)
        {
            return PercentFormat.Apply(call.Text, new ListValue(call.Arguments.Positional, isTuple: true));
        }

        var named = new DictValue();
        foreach (var (name, value) in call.Arguments.Named)
        {
            named.Set(JinjaText.OfTemplate(name), value);
        }

        return PercentFormat.Apply(call.Text, named);
    }

    private static JinjaText ToJson(BoundCall call)
    {
        var indent = call.Or(1, null) switch
        {
            null => null,
            JinjaText text => text,
            var width => JinjaText.OfTemplate(new string(' ', Width(PythonNumbers.ToIndex(width)))),
        };
        var separators = call.Or(2, null) is { } given ? call.Context.Iterate(given) : null;
        return new PythonJson
        {
            EscapesNonAscii = call.Flag(0, false),
            Indent = indent,
            ItemSeparator = separators is null ? JinjaText.OfTemplate(indent is null ? ", " : ",") : PythonText.Str(separators[0]),
            KeySeparator = separators is null ? JinjaText.OfTemplate(": ") : PythonText.Str(separators.ElementAtOrDefault(1)),
            SortsKeys = call.Flag(3, false),
        }.Write(call.Value);
    }

    private static int Width(long width)
    {
        TextBuilder.CheckLength(width);
        return (int)Math.Max(0, width);
    }

    private static JinjaText Join(BoundCall call)
    {
        var separator = PythonText.Str(call.Or(0, JinjaText.Empty));
        var builder = new TextBuilder();
        foreach (var (index, item) in call.Sequence.Index())
        {
            if (index > 0)
            {
                builder.Append(separator);
            }

            builder.Append(PythonText.Str(call.Or(1, null) is { } path ? Attributes.GetPath(item, path) : item));
        }

        return builder.ToText();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
