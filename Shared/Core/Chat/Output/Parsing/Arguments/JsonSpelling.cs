using System.Text;
using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>Spells what a model writes in another way as JSON: with a space after commas and colons, as models write it themselves.</summary>
internal static class JsonSpelling
{
    /// <summary>A character inside of a JSON string.</summary>
    public static string Escape(char character) => character is '"' or '\\' or < ' ' ? WireEncoder.Escape(character) : character.ToString();

    /// <summary>A text as a JSON string.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var character in text)
        {
            quoted.Append(Escape(character));
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A value without its quotes, if it has any: as it is where it is JSON, else read as Python's, else a string.</summary>
    public static string Value(string text)
    {
        var trimmed = text.Trim();
        return IsJson(trimmed) ? trimmed : PythonLiteral.ToJson(trimmed) ?? Quote(text);
    }

    /// <summary>The kind of a JSON value; undefined where the text is none.</summary>
    public static JsonValueKind KindOf(string text)
    {
        if (text.Length == 0)
        {
            return JsonValueKind.Undefined;
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 128 });
            return document.RootElement.ValueKind;
        }
        catch (JsonException)
        {
            return JsonValueKind.Undefined;
        }
    }

    private static bool IsJson(string text) => KindOf(text) != JsonValueKind.Undefined;
}
