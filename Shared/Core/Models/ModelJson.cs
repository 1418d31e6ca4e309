using System.Text.Json;

namespace Rill.Models;

/// <summary>Parses the small JSON files of a model.</summary>
internal static class ModelJson
{
    /// <summary>The file's root, all of whose texts can be read: JSON may hold half a pair of surrogates, at which a later reader would fail.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="file">How a refusal names it.</param>
    /// <param name="options">What is taken beyond plain JSON.</param>
    /// <exception cref="ModelFormatException">It is no JSON, or holds text that is not Unicode.</exception>
    public static JsonElement Parse(string json, string file, JsonDocumentOptions options = default)
    {
        try
        {
            using var document = JsonDocument.Parse(json, options);
            ReadTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new ModelFormatException($"{file} is not valid JSON (line {error.LineNumber + 1}).", error);
        }
        catch (InvalidOperationException error)
        {
            throw new ModelFormatException($"{file} holds text that is not Unicode (half of a pair of surrogates); mend the file.", error);
        }
    }

    /// <summary>Reads every name and every text, which throws <see cref="InvalidOperationException"/> for what is none.</summary>
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadTexts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
        }
    }
}
