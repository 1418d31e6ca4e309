using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

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
        [NotNullWhen(false)] out ApiError? error)
    {
        request = null;
        if (!RequestJson.TryParse(utf8Json, out var document, out error))
        {
            return false;
        }

        using (document)
        {
            try
            {
                (request, error) = Read(document.RootElement);
            }
            catch (InvalidOperationException)
            {
                // Thrown by System.Text.Json for a member name that is not valid Unicode; values are met in JsonField.
                error = ApiError.InvalidJson("The request body holds a member name that is not valid Unicode text.");
            }
        }

        return error is null;
    }

    private static (ChatCompletionRequest? Request, ApiError? Error) Read(JsonElement root)
    {
        var errors = new FieldErrors();
        var fields = new JsonField(root, "", errors);
        if (root.ValueKind != JsonValueKind.Object)
        {
            return (null, ApiError.InvalidValue(null, "The request body must be a JSON object."));
        }

        UnsupportedFields.Check(fields, errors);
        var request = ReadFields(fields);
        return errors.First is { } error ? (null, error) : (request, null);
    }

    private static ChatCompletionRequest ReadFields(JsonField fields) => new()
    {
        Messages = ReadMessages(fields["messages"]),
        Model = fields["model"].String(),
        Stream = fields["stream"].Bool() ?? false,
        StreamOptions = ReadStreamOptions(fields["stream_options"]),
        MaxCompletionTokens = fields["max_completion_tokens"].Int(),
        MaxTokens = fields["max_tokens"].Int(),
        Temperature = fields["temperature"].Number(),
        TopP = fields["top_p"].Number(),
        TopK = fields["top_k"].Int(),
        MinP = fields["min_p"].Number(),
        FrequencyPenalty = fields["frequency_penalty"].Number(),
        PresencePenalty = fields["presence_penalty"].Number(),
        RepetitionPenalty = fields["repetition_penalty"].Number(),
        LogitBias = ReadLogitBias(fields["logit_bias"]),
        Seed = fields["seed"].Long(),
        Stop = ReadStop(fields["stop"]),
        StopTokenIds = ReadIds(fields["stop_token_ids"]),
        BadWords = fields["bad_words"].Array(entry => entry.String(), ChatRequestRules.MaxListed) ?? [],
        N = fields["n"].Int(),
        MinTokens = fields["min_tokens"].Int(),
        IgnoreEos = fields["ignore_eos"].Bool() ?? false,
        Logprobs = fields["logprobs"].Bool() ?? false,
        TopLogprobs = fields["top_logprobs"].Int(),
        ResponseFormat = ResponseFormatFields.Read(fields["response_format"]),
        Tools = ToolFields.Read(fields),
        Documents = TemplateFields.ReadDocuments(fields["documents"]),
        ChatTemplateKwargs = TemplateFields.ReadArguments(fields["chat_template_kwargs"]),
        AddGenerationPrompt = fields["add_generation_prompt"].Bool(),
        ContinueFinalMessage = fields["continue_final_message"].Bool() ?? false,
    };

    private static IReadOnlyList<ChatMessage> ReadMessages(JsonField field)
    {
        if (!field.IsPresent)
        {
            field.Miss();
        }

        return field.Array(ChatMessageReader.Read, ChatRequestRules.MaxMessages) ?? [];
    }

    private static StreamOptions? ReadStreamOptions(JsonField field) =>
        field.CheckObject() && field.IsPresent
            ? new StreamOptions(field["include_usage"].Bool() ?? false, field["continuous_usage_stats"].Bool() ?? false)
            : null;

    private static IReadOnlyList<string> ReadStop(JsonField field)
    {
        if (field.Value.ValueKind == JsonValueKind.String)
        {
            return field.String() is { } text ? [text] : [];
        }

        if (field.IsPresent && field.Value.ValueKind != JsonValueKind.Array)
        {
            field.Refuse("must be a string or an array of strings.");
            return [];
        }

        return field.Array(entry => entry.String(), ChatRequestRules.MaxStops) ?? [];
    }

    private static List<int> ReadIds(JsonField field)
    {
        var ids = field.Array(entry => entry.Int(), ChatRequestRules.MaxListed);
        return ids is null ? [] : [.. ids.Select(id => id!.Value)];
    }

    private static Dictionary<int, float> ReadLogitBias(JsonField field)
    {
        var biases = new Dictionary<int, float>();
        if (!field.CheckObject() || !field.IsPresent || !field.CheckCount(field.Value.GetPropertyCount(), ChatRequestRules.MaxBiases))
        {
            return biases;
        }

        foreach (var (name, entry) in field.Members())
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                field.Refuse("must map token ids, written as whole numbers, to biases.");
                break;
            }

            if (entry.Number() is { } bias)
            {
                biases[id] = Math.Clamp(bias, -100, 100);
            }
        }

        return biases;
    }
}
