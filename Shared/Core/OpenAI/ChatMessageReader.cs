using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>Reads one message of a request.</summary>
internal static class ChatMessageReader
{
    /// <summary>The older form has no ids; templates want one, some of nine letters and digits.</summary>
    private const string OlderCallId = "function0";

    public static ChatMessage? Read(JsonField field)
    {
        if (!field.CheckObject() || ReadRole(field["role"]) is not { } role)
        {
            return null;
        }

        if (Unsupported(field) is { } given)
        {
            given.RefuseUnsupported($"{given.Path} is not supported: leave it out.");
            return null;
        }

        var toolCalls = role == "assistant" ? ReadToolCalls(field["tool_calls"]) ?? ReadFunctionCall(field["function_call"]) : null;
        var content = ReadContent(field["content"], optional: role == "assistant");
        if (role == "assistant" && toolCalls is null && !field["content"].IsPresent)
        {
            content = new MessageContent("");    // clients send back what was a thought alone, or nothing at all
        }

        return new ChatMessage(role, content)
        {
            Name = field["name"].String(),
            ToolCallId = field["tool_call_id"].String() ?? (field["role"].String() == "function" ? OlderCallId : null),
            ToolCalls = toolCalls,
            Reasoning = field["reasoning_content"].String() ?? field["reasoning"].String(),
        };
    }

    /// <summary>What a message holds that would change the prompt: OpenAI's audio, Ollama's images, SGLang's tools.</summary>
    private static JsonField? Unsupported(JsonField message)
    {
        foreach (var (name, mayBeEmpty) in (ReadOnlySpan<(string, bool)>)[("audio", false), ("images", true), ("tools", true)])
        {
            if (message[name] is { IsPresent: true } given && !(mayBeEmpty && UnsupportedFields.IsEmpty(given.Value)))
            {
                return given;
            }
        }

        return null;
    }

    private static string? ReadRole(JsonField field)
    {
        if (!field.IsPresent)
        {
            field.Miss();
            return null;
        }

        var role = field.String();
        switch (role)
        {
            case "developer" or "system" or "user" or "assistant" or "tool" or null:
                return role;
            case "function":
                return "tool";
            default:
                field.Refuse("must be developer, system, user, assistant or tool.");
                return null;
        }
    }

    private static MessageContent? ReadContent(JsonField field, bool optional)
    {
        switch (field.Value.ValueKind)
        {
            case JsonValueKind.String:
                return field.String() is { } text ? new MessageContent(text) : null;
            case JsonValueKind.Array when field.Value.GetArrayLength() == 0:
                field.Refuse("must have at least one part.");
                return null;
            case JsonValueKind.Array:
                return field.Array(ReadPart, ChatRequestRules.MaxParts) is { } parts ? new MessageContent(parts) : null;
            case JsonValueKind.Undefined or JsonValueKind.Null when optional:
                return null;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                field.Miss();
                return null;
            default:
                field.Refuse("must be a string or an array of text parts.");
                return null;
        }
    }

    private static string? ReadPart(JsonField part)
    {
        if (!part.CheckObject())
        {
            return null;
        }

        var type = part["type"];
        if (!type.IsPresent)
        {
            type.Miss();
        }
        else if (type.String() is { } name && name != "text")
        {
            type.RefuseUnsupported($"{type.Path} must be text: this model reads nothing else.");
        }

        var text = part["text"];
        if (!text.IsPresent)
        {
            text.Miss();
        }

        return text.String();
    }

    /// <summary>A call in the form of before there were tools, in the newer one.</summary>
    private static JsonElement? ReadFunctionCall(JsonField field)
    {
        if (!field.IsPresent || !field.CheckObject())
        {
            return null;
        }

        if (!field["name"].IsPresent)
        {
            field["name"].Miss();
        }

        field["name"].String();
        return JsonElement.Parse($$"""[{"id":"{{OlderCallId}}","type":"function","function":{{field.Value.GetRawText()}}}]""");
    }

    private static JsonElement? ReadToolCalls(JsonField field)
    {
        var calls = field.Array<JsonElement?>(call => call.IsPresent && call.CheckObject() ? call.Value : null, ChatRequestRules.MaxParts);
        return calls is { Count: > 0 } ? field.Value.Clone() : null;
    }
}
