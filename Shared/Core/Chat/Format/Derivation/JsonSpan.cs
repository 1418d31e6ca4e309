using System.Text;
using System.Text.Json;

namespace Rill.Chat.Format.Derivation;

/// <summary>A JSON value within a text.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Value">The value.</param>
internal sealed record JsonSpan(int Start, int End, JsonElement Value)
{
    private const int Farthest = 400;

    /// <summary>The smallest object that holds a place in a text and is accepted; null for none.</summary>
    public static JsonSpan? Around(string text, int place, Func<JsonElement, bool> accept)
    {
        for (var start = place; start >= Math.Max(0, place - Farthest); start--)
        {
            if (text[start] == '{' && At(text, start) is { } span && span.End > place && accept(span.Value))
            {
                return span;
            }
        }

        return null;
    }

    /// <summary>The string that holds a place in a text, where its content is JSON that is accepted; null for none.</summary>
    public static JsonSpan? StringAround(string text, int place, Func<JsonElement, bool> accept)
    {
        for (var start = place; start >= Math.Max(0, place - Farthest); start--)
        {
            if (text[start] == '"' && At(text, start) is { } span && span.End > place && Decode(span.Value) is { } inner && accept(inner))
            {
                return span;
            }
        }

        return null;
    }

    /// <summary>The JSON value that is a string's content; null where it is none.</summary>
    public static JsonElement? Decode(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? JsonDocument.Parse(value.GetString()!).RootElement : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The path of the first value below an object that is accepted; null for none.</summary>
    public static IReadOnlyList<string>? PathTo(JsonElement value, Func<JsonElement, bool> accept)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (accept(member.Value))
            {
                return [member.Name];
            }

            if (member.Value.ValueKind == JsonValueKind.Object && PathTo(member.Value, accept) is { } path)
            {
                return [member.Name, .. path];
            }
        }

        return null;
    }

    private static JsonSpan? At(string text, int start)
    {
        var bytes = Encoding.UTF8.GetBytes(text[start..]);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var document)
                ? new JsonSpan(start, start + Encoding.UTF8.GetCharCount(bytes.AsSpan(0, (int)reader.BytesConsumed)), document.RootElement)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
