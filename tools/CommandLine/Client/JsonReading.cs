using System.Text.Json;

namespace Rill.CommandLine.Client;

/// <summary>Reads members of answers that may lack them.</summary>
internal static class JsonReading
{
    /// <summary>A text as JSON; undefined where it is none.</summary>
    public static JsonElement Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>A member; undefined where it is absent.</summary>
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>True when the member is there and not null.</summary>
    public static bool Has(this JsonElement element, string name) => element.At(name).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>A member's text; null where it is none.</summary>
    public static string? Text(this JsonElement element, string name) => element.At(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A member's whole number; null where it is none.</summary>
    public static int? Int(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>A member's entries; none where it is no list.</summary>
    public static IReadOnlyList<JsonElement> Items(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray()] : [];

    /// <summary>A member's first entry; undefined where there is none.</summary>
    public static JsonElement FirstOf(this JsonElement element, string name) => element.Items(name) is [var first, ..] ? first : default;

    /// <summary>The content of a whole answer's choice.</summary>
    public static string Content(this JsonElement completion, int index = 0) => completion.Choice(index).At("message").Text("content") ?? "";

    /// <summary>A choice of a whole answer.</summary>
    public static JsonElement Choice(this JsonElement completion, int index = 0) => completion.Items("choices").ElementAtOrDefault(index);
}
