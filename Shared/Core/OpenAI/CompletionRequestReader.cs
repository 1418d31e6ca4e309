using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Rill.OpenAI;

/// <summary>Reads a request for completions of text from its JSON, by the rules of <see cref="ChatRequestReader"/>.</summary>
public static class CompletionRequestReader
{
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
            Prompts = PromptFields.Read(fields["prompt"], CompletionRequestRules.MaxPrompts),
            Echo = fields["echo"].Bool() ?? false,
            Logprobs = fields["logprobs"].Int(),
            BestOf = fields["best_of"].Int(),
            AddSpecialTokens = fields["add_special_tokens"].Bool() ?? true,
        });
    }
}
