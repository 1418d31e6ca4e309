using System.Text.Json;

namespace Rill.OpenAI.Responses;

/// <summary>Reads the items of a request's input.</summary>
internal static class ResponseItemReader
{
    /// <summary>Reads a text, which is a user's message, or an array of items. Empty where something is wrong.</summary>
    public static IReadOnlyList<ResponseItem> ReadInput(JsonField field)
    {
        switch (field.Value.ValueKind)
        {
            case JsonValueKind.String:
                return field.String() is { } text ? [Message("user", [ResponsePart.Input(text)])] : [];
            case JsonValueKind.Array:
                return field.Array(Read, ChatRequestRules.MaxMessages) ?? [];
            default:
                Require(field);
                field.Refuse("must be a string or an array of items.");
                return [];
        }
    }

    private static ResponseItem? Read(JsonField item)
    {
        if (!item.CheckObject())
        {
            return null;
        }

        var type = item["type"];
        var name = type.IsPresent ? type.String() : item["role"].IsPresent ? ResponseItemTypes.Message : ResponseItemTypes.Reference;
        var read = name switch
        {
            null => null,
            ResponseItemTypes.Message => ReadMessage(item),
            ResponseItemTypes.Reasoning => ReadReasoning(item),
            ResponseItemTypes.Call => ReadCall(item),
            ResponseItemTypes.CallOutput => ReadCallOutput(item),
            ResponseItemTypes.Reference => new ResponseItem(ResponseItemTypes.Reference) { Id = Required(item["id"]) },
            _ => RefuseType(type, name, "message, function_call, function_call_output, reasoning and item_reference"),
        };
        return read is null || read.Type == ResponseItemTypes.Reference ? read : read with { Id = item["id"].String(), Status = "completed" };
    }

    private static ResponseItem? ReadMessage(JsonField item)
    {
        var role = Required(item["role"]);
        if (role is not (null or "user" or "assistant" or "system" or "developer"))
        {
            item["role"].Refuse("must be user, assistant, system or developer.");
        }

        return ReadContent(item["content"], role) is { } content && role is not null ? Message(role, content) : null;
    }

    private static ResponseItem Message(string role, IReadOnlyList<ResponsePart> content) =>
        new(ResponseItemTypes.Message) { Role = role, Status = "completed", Content = content };

    private static IReadOnlyList<ResponsePart>? ReadContent(JsonField content, string? role)
    {
        if (content.Value.ValueKind == JsonValueKind.String)
        {
            return content.String() is { } text ? [role == "assistant" ? ResponsePart.Output(text) : ResponsePart.Input(text)] : null;
        }

        Require(content);
        return content.Array(ReadPart, ChatRequestRules.MaxParts);
    }

    private static ResponsePart? ReadPart(JsonField part)
    {
        var type = part["type"];
        return part.CheckObject() ? Required(type) switch
        {
            null => null,
            "input_text" or "text" => Required(part["text"]) is { } text ? ResponsePart.Input(text) : null,
            "output_text" => Required(part["text"]) is { } text ? ResponsePart.Output(text) : null,
            "refusal" => Required(part["refusal"]) is { } refusal ? new ResponsePart("refusal") { Refusal = refusal } : null,
            var name => RefusePart(type, name),
        } : null;
    }

    /// <summary>The text in full where it is told, else its summary; both may be absent, as where a server encrypts it.</summary>
    private static ResponseItem ReadReasoning(JsonField item) => new(ResponseItemTypes.Reasoning)
    {
        Content = item["content"].Array(part => ReadText(part, "reasoning_text"), ChatRequestRules.MaxParts),
        Summary = item["summary"].Array(part => ReadText(part, "summary_text"), ChatRequestRules.MaxParts) ?? [],
    };

    private static ResponsePart? ReadText(JsonField part, string type)
    {
        if (!part.CheckObject() || Required(part["type"]) is not { } name)
        {
            return null;
        }

        return name == type ? Required(part["text"]) is { } text ? new ResponsePart(type) { Text = text } : null : RefusePart(part["type"], name);
    }

    private static ResponseItem ReadCall(JsonField item) => new(ResponseItemTypes.Call)
    {
        CallId = Required(item["call_id"]),
        Name = Required(item["name"]),
        Arguments = Required(item["arguments"]),
    };

    private static ResponseItem? ReadCallOutput(JsonField item)
    {
        var output = item["output"];
        var text = output.Value.ValueKind == JsonValueKind.Array
            ? output.Array(ReadPart, ChatRequestRules.MaxParts) is { } parts ? string.Join('\n', parts.Select(part => part.Text)) : null
            : Required(output);
        return text is null ? null : new ResponseItem(ResponseItemTypes.CallOutput) { CallId = Required(item["call_id"]), Output = text };
    }

    private static ResponseItem? RefuseType(JsonField type, string name, string known)
    {
        type.RefuseUnsupported($"{type.Path} {Quote(name)} is not supported by this server: it takes {known}.");
        return null;
    }

    private static ResponsePart? RefusePart(JsonField type, string name)
    {
        type.RefuseUnsupported($"{type.Path} {Quote(name)} is not supported by this server: send text.");
        return null;
    }

    private static string? Required(JsonField field)
    {
        Require(field);
        return field.String();
    }

    private static void Require(JsonField field)
    {
        if (!field.IsPresent)
        {
            field.Miss();
        }
    }

    private static string Quote(string name) => name.Length <= 64 ? $"'{name}'" : $"'{name[..64]}'";
}
