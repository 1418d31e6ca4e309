using System.Text.Json;

namespace Rill.Text.Grammar;

/// <summary>JSON values in Python's spelling.</summary>
internal static class PythonText
{
    /// <summary>A value's text as a Python literal: strings as JSON writes them, which Python reads alike.</summary>
    public static string OfJson(string json) => Write(JsonElement.Parse(json));

    private static string Write(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null => "None",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Write))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(Write))}}}",
        _ => JsonText.Write(value),
    };

    private static string Write(JsonProperty member) => $"{JsonText.Quote(member.Name)}:{Write(member.Value)}";
}
