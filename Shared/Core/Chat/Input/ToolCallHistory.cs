using System.Text.Json;
using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>Earlier tool calls of an assistant's turn, as templates want them: arguments as an object, where the wire has its JSON text.</summary>
internal static class ToolCallHistory
{
    /// <summary>The calls as template values. Arguments that are no JSON object stay the text that they are.</summary>
    public static List<object?> Read(JsonElement calls) =>
        [.. calls.EnumerateArray().Select(call => Members(call, "function", function => Members(function, "arguments", Arguments)))];

    /// <summary>An object's members, one of them converted; of repeated members the last counts. Anything else stays as it is.</summary>
    private static object? Members(JsonElement value, string name, Func<JsonElement, object?> convert)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return value;
        }

        var members = Conversation.MembersOf(value, "A tool call").ToDictionary(member => member.Key, member => (object?)member.Value);
        if (members.TryGetValue(name, out var member))
        {
            members[name] = convert((JsonElement)member!);
        }

        return members;
    }

    private static object? Arguments(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return value;
        }

        if (string.IsNullOrWhiteSpace(MessageNormalizer.TextOf(value)))
        {
            // A call without arguments; some clients send it so.
            return new Dictionary<string, object?>();
        }

        try
        {
            using var arguments = JsonDocument.Parse(value.GetString()!);
            return arguments.RootElement.ValueKind == JsonValueKind.Object
                ? arguments.RootElement.Clone()
                : new RequestText(value.GetString()!);
        }
        catch (JsonException)
        {
            return new RequestText(value.GetString()!);
        }
    }
}
