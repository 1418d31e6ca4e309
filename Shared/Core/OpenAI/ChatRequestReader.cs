using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Rill.OpenAI;

/// <summary>
/// Reads a chat completion request from its JSON. Unknown members are ignored, null is the same as absent, the last of repeated members
/// counts; a wrong type, a list that is too long, and a field that this server does not implement, is answered with an error that
/// names it. Lengths are checked here, before the entries are read, so that a large body costs little.
/// </summary>
public static class ChatRequestReader
{
    /// <summary>Reads a request; exactly one of the two results is set.</summary>
    /// <param name="utf8Json">The whole body.</param>
    /// <param name="request">The request, its ranges not yet checked.</param>
    /// <param name="error">The first thing wrong with it.</param>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json,
        [NotNullWhen(true)] out ChatCompletionRequest? request,
        [NotNullWhen(false)] out ApiError? error) => RequestJson.TryRead(utf8Json, ReadFields, out request, out error);

    /// <summary>A chat request of an object's members.</summary>
    internal static ChatCompletionRequest ReadFields(JsonField fields)
    {
        UnsupportedFields.CheckChat(fields);
        var request = new ChatCompletionRequest
        {
            Messages = ReadMessages(fields["messages"]),
            Logprobs = fields["logprobs"].Bool() ?? false,
            TopLogprobs = fields["top_logprobs"].Int(),
            Documents = TemplateFields.ReadDocuments(fields["documents"]),
            ChatTemplateKwargs = TemplateFields.ReadArguments(fields["chat_template_kwargs"]),
            AddGenerationPrompt = fields["add_generation_prompt"].Bool(),
            ContinueFinalMessage = fields["continue_final_message"].Bool() ?? false,
        };
        return GenerationFields.Read(fields, ReasoningFields.Read(fields, ToolFields.Read(fields, request)));
    }

    private static IReadOnlyList<ChatMessage> ReadMessages(JsonField field)
    {
        if (!field.IsPresent)
        {
            field.Miss();
        }

        return field.Array(ChatMessageReader.Read, ChatRequestRules.MaxMessages) ?? [];
    }
}
