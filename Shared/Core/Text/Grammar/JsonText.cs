using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Rill.Text.Grammar;

/// <summary>JSON text in its plainest spelling: nothing between the tokens, nothing escaped that need not be.</summary>
internal static class JsonText
{
    /// <summary>A string's text.</summary>
    public static string Quote(string text)
    {
        var builder = new StringBuilder("\"");
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' => builder.Append("\\\""),
                '\\' => builder.Append("\\\\"),
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append("\\t"),
                '\b' => builder.Append("\\b"),
                '\f' => builder.Append("\\f"),
                < ' ' => builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => builder.Append(unit),
            };
        }

        return builder.Append('"').ToString();
    }

    /// <summary>A value's text, its members and items in their order.</summary>
    public static string Write(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quote(value.GetString()!),
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Write))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(member => $"{Quote(member.Name)}:{Write(member.Value)}"))}}}",
        _ => value.GetRawText(),
    };

    /// <summary>Refuses a schema with half a surrogate pair or broken UTF-8 in it: later on nobody expects that.</summary>
    public static void CheckUnicode(JsonElement value)
    {
        // An escape may be half a pair, so each text with one is read; whole UTF-8 without one is right.
        var text = JsonMarshal.GetRawUtf8Value(value);
        if (text.IndexOf("\\u"u8) < 0 && Utf8.IsValid(text))
        {
            return;
        }

        try
        {
            Visit(value);
        }
        catch (InvalidOperationException)
        {
            throw new SchemaException("it holds a name or a text that is not valid Unicode");
        }

        static void Visit(JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    _ = value.GetString();
                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Visit(item);
                    }

                    break;
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        _ = member.Name;
                        Visit(member.Value);
                    }

                    break;
            }
        }
    }

    /// <summary>A string as a value.</summary>
    public static JsonElement Element(string text) => JsonElement.Parse(Quote(text));
}
