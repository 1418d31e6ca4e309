using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>Reads a request for completions of text from its JSON, by the rules of <see cref="ChatRequestReader"/>.</summary>
public static class CompletionRequestReader
{
    private const string Shapes = "must be a string, an array of strings, an array of token ids, or an array of arrays of token ids.";

    /// <summary>Reads a request; exactly one of the two results is set.</summary>
    /// <param name="utf8Json">The whole body.</param>
    /// <param name="request">The request, its ranges not yet checked.</param>
    /// <param name="error">The first thing wrong with it.</param>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json,
        [NotNullWhen(true)] out CompletionRequest? request,
        [NotNullWhen(false)] out ApiError? error) => RequestJson.TryRead(utf8Json, ReadFields, out request, out error);

    private static CompletionRequest ReadFields(JsonField fields)
    {
        UnsupportedFields.CheckCompletion(fields);
        return GenerationFields.Read(fields, new CompletionRequest
        {
            Prompts = ReadPrompts(fields["prompt"]),
            Echo = fields["echo"].Bool() ?? false,
            Logprobs = fields["logprobs"].Int(),
            BestOf = fields["best_of"].Int(),
            AddSpecialTokens = fields["add_special_tokens"].Bool() ?? true,
        });
    }

    private static IReadOnlyList<CompletionPrompt> ReadPrompts(JsonField field)
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
                return field.Array(ReadPrompt, CompletionRequestRules.MaxPrompts) ?? [];
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
