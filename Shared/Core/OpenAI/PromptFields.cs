using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>Reads prompts in the four forms that completions and embeddings have: one or several, as text or as token ids.</summary>
internal static class PromptFields
{
    private const string Shapes = "must be a string, an array of strings, an array of token ids, or an array of arrays of token ids.";

    /// <summary>The prompts of a field that is required and must not be empty; what is wrong with them is reported.</summary>
    /// <param name="field">The field.</param>
    /// <param name="most">Most prompts.</param>
    public static IReadOnlyList<CompletionPrompt> Read(JsonField field, int most)
    {
        switch (field.Value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                field.Miss();
                return [];
            case JsonValueKind.String:
                return ReadText(field) is { } prompt ? [prompt] : [];
            case JsonValueKind.Array when field.Value.GetArrayLength() == 0:
                field.Refuse("must not be empty.");
                return [];
            case JsonValueKind.Array when field.Value[0].ValueKind == JsonValueKind.Number:
                return ReadIds(field) is { } ids ? [ids] : [];
            case JsonValueKind.Array:
                return field.Array(ReadPrompt, most) ?? [];
            default:
                field.Refuse(Shapes);
                return [];
        }
    }

    private static CompletionPrompt? ReadPrompt(JsonField field)
    {
        switch (field.Value.ValueKind)
        {
            case JsonValueKind.String:
                return ReadText(field);
            case JsonValueKind.Array when field.Value.GetArrayLength() > 0:
                return ReadIds(field);
            case JsonValueKind.Array:
                field.Refuse("must not be empty.");
                return null;
            default:
                field.Refuse("must be a string or an array of token ids.");
                return null;
        }
    }

    private static CompletionPrompt? ReadText(JsonField field) => field.String() is { } text ? new(text, null) : null;

    private static CompletionPrompt? ReadIds(JsonField field) => field.TokenIds() is { } ids ? new(null, ids) : null;
}
