using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>
/// Reads a request of the Messages API (contract A.8) as the chat request that it comes to, by the rules of
/// <see cref="ChatRequestReader"/>: unknown members are ignored, null is the same as absent.
/// </summary>
public static class MessagesRequestReader
{
    /// <summary>Reads a request for an answer; exactly one of the two results is set.</summary>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json, [NotNullWhen(true)] out MessagesRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestJson.TryRead(utf8Json, ReadAsked, out request, out error);

    /// <summary>Reads a request for its number of tokens, which needs no max_tokens; exactly one of the two results is set.</summary>
    public static bool TryReadCount(
        ReadOnlySequence<byte> utf8Json, [NotNullWhen(true)] out MessagesRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestJson.TryRead(utf8Json, Read, out request, out error);

    private static MessagesRequest ReadAsked(JsonField fields)
    {
        var field = fields["max_tokens"];
        if (!field.IsPresent)
        {
            field.Miss();
        }

        var most = field.Int();
        if (most < 0)
        {
            field.Refuse("must be at least 0.");
        }

        // The engine computes a prompt for the sake of a token, so one is made where none is wanted.
        var request = Read(fields);
        return request with
        {
            IsPrefillOnly = most == 0,
            Chat = request.Chat with { MaxTokens = most == 0 ? 1 : most, Stream = fields["stream"].Bool() ?? false },
        };
    }

    private static MessagesRequest Read(JsonField fields)
    {
        RefusedFields.Check(fields);
        var model = fields["model"];
        if (!model.IsPresent)
        {
            model.Miss();
        }

        var thinking = ThinkingField.Read(fields["thinking"]);
        var turns = MessageTurns.Read(fields);
        if (turns.IsOpen && thinking?.IsEnabled == true)
        {
            fields["messages"].Refuse("must not end with role assistant while thinking is on: end with role user, or disable thinking.");
        }

        var output = fields["output_config"];
        output.CheckObject();
        var tools = ToolsField.Read(fields["tools"]);
        var (choice, isParallel) = ToolsField.ReadChoice(fields["tool_choice"], tools);
        return new MessagesRequest(new ChatCompletionRequest
        {
            IdPrefix = "msg_",
            Model = model.String(),
            Messages = turns.Messages,
            ContinueFinalMessage = turns.IsOpen,
            Tools = tools.Json,
            Functions = tools.Functions,
            ToolChoice = choice,
            ParallelToolCalls = isParallel,
            EnableThinking = thinking?.IsEnabled,
            ThinkingBudget = thinking?.Budget,
            ReasoningEffort = ReadEffort(output["effort"]),
            ResponseFormat = ReadFormat(output["format"]) ?? ReadFormat(fields["output_format"]),
            Stop = fields["stop_sequences"].Array(entry => entry.String(), GenerationRules.MaxStops) ?? [],
            Temperature = fields["temperature"].Number(),
            TopP = fields["top_p"].Number(),
            TopK = fields["top_k"].Int(),
        })
        {
            OmitsThinking = thinking?.IsOmitted ?? false,
        };
    }

    private static string? ReadEffort(JsonField field)
    {
        var effort = field.String();
        if (effort is not (null or "low" or "medium" or "high" or "xhigh" or "max"))
        {
            field.Refuse("must be low, medium, high, xhigh or max.");
        }

        return effort;
    }

    /// <summary>The form that the answer must have. What of a schema is not enforced is an error, as it is for this API's owners.</summary>
    private static ResponseFormat? ReadFormat(JsonField field)
    {
        if (!field.CheckObject() || !field.IsPresent)
        {
            return null;
        }

        var (type, schema) = (field["type"], field["schema"]);
        if (!type.IsPresent)
        {
            type.Miss();
        }
        else if (type.String() is { } name && name != "json_schema")
        {
            type.Refuse("must be json_schema.");
        }

        if (!schema.IsPresent)
        {
            schema.Miss();
        }

        return schema.CheckObject() && schema.IsPresent ? new ResponseFormat(schema.Value.Clone(), IsStrict: true) : null;
    }
}
