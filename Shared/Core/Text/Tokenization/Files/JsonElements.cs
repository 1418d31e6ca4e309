using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>Short ways to read loosely written JSON: an absent property and null are alike.</summary>
internal static class JsonElements
{
    /// <summary>The property, or null when it is absent or null or the element is no object.</summary>
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The property's text, or null when it is absent or no string.</summary>
    public static string? FindString(this JsonElement element, string name) =>
        element.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The property's truth, or the default when it is absent or neither true nor false.</summary>
    public static bool FindBoolean(this JsonElement element, string name, bool defaultValue) =>
        element.Find(name) switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => defaultValue,
        };

    /// <summary>The elements of an array property; none when it is absent or no array.</summary>
    public static IEnumerable<JsonElement> FindArray(this JsonElement element, string name) =>
        element.Find(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];
}
