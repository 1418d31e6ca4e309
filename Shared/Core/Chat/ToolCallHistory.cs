using System.Text.Json;
using Rill.Text;

namespace Rill.Chat;

/// <summary>Earlier tool calls of an assistant's turn, as templates want them: arguments as an object, where the wire has its JSON text.</summary>
internal static class ToolCallHistory
{
    /// <summary>The calls as template values. Arguments that are no JSON object stay the text that they are.</summary>
    public static List<object?> Read(JsonElement calls) => [.. calls.EnumerateArray().Select(Call)];

    private static object? Call(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object)
        {
            return call;
        }

        return call.EnumerateObject().ToDictionary(
            member => member.Name,
            object? (member) => member is { Name: "function", Value.ValueKind: JsonValueKind.Object } ? Function(member.Value) : member.Value);
    }

    private static Dictionary<string, object?> Function(JsonElement function) => function.EnumerateObject().ToDictionary(
        member => member.Name,
        object? (member) => member is { Name: "arguments", Value.ValueKind: JsonValueKind.String } ? Arguments(member.Value) : member.Value);

    private static object? Arguments(JsonElement text)
    {
        try
        {
            using var arguments = JsonDocument.Parse(text.GetString()!);
            return arguments.RootElement.ValueKind == JsonValueKind.Object
                ? arguments.RootElement.Clone()
                : new RequestText(text.GetString()!);
        }
        catch (JsonException)
        {
            return new RequestText(text.GetString()!);
        }
    }
}
