using System.Text.Json;

namespace Rill.CommandLine.Conformance;

/// <summary>A whole answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">All headers, names in lower case.</param>
/// <param name="Body">The body's text.</param>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body as JSON; null where it is none.</summary>
    public JsonElement? Json { get; } = Parse(Body);

    /// <summary>A text as JSON; null where it is none.</summary>
    public static JsonElement? Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
