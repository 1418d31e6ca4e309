using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Rill.ChatClient.Requests;

/// <summary>
/// Writes tools and the choice among them. Templates tell the model of a tool in the words of its JSON, so these are the words, in the order, in
/// which Microsoft's client of OpenAI's API writes them.
/// </summary>
internal static class ToolsJson
{
    private static readonly string[] s_first = ["type", "required", "properties", "additionalProperties"];

    /// <summary>Writes tools, tool_choice and parallel_tool_calls.</summary>
    /// <exception cref="NotSupportedException">A tool that is no function, or a choice of another kind.</exception>
    public static void Write(Utf8JsonWriter writer, ChatOptions options)
    {
        if (options.Tools is { Count: > 0 } tools)
        {
            writer.WriteStartArray("tools");
            foreach (var tool in tools)
            {
                WriteTool(writer, tool as AIFunctionDeclaration ?? throw new NotSupportedException(
                    $"ChatOptions.Tools holds {tool.GetType().Name}, which is not supported: only functions are."));
            }

            writer.WriteEndArray();
            if (options.AllowMultipleToolCalls is { } parallel)
            {
                writer.WriteBoolean("parallel_tool_calls", parallel);
            }
        }

        WriteChoice(writer, options.ToolMode);
    }

    private static void WriteTool(Utf8JsonWriter writer, AIFunctionDeclaration function)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("description", function.Description);
        writer.WriteString("name", function.Name);
        if (FieldsOfOurOwn.IsStrict(function.AdditionalProperties) is { } isStrict)
        {
            writer.WriteBoolean("strict", isStrict);
        }

        writer.WritePropertyName("parameters");
        WriteParameters(writer, function.JsonSchema);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>The members that every function has come first, whatever the schema lacks; definitions and the like follow.</summary>
    private static void WriteParameters(Utf8JsonWriter writer, JsonElement schema)
    {
        Dictionary<string, JsonElement> members = schema.ValueKind == JsonValueKind.Object
            ? schema.EnumerateObject().ToDictionary(member => member.Name, member => member.Value)
            : [];
        writer.WriteStartObject();
        writer.WriteString("type", "object");
        WriteMember("required", "[]"u8);
        WriteMember("properties", "{}"u8);
        WriteMember("additionalProperties", "false"u8);
        foreach (var (name, value) in members)
        {
            if (!s_first.Contains(name) && name is not ("$schema" or "title" or "description"))
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();

        void WriteMember(string name, ReadOnlySpan<byte> otherwise)
        {
            writer.WritePropertyName(name);
            if (members.TryGetValue(name, out var value))
            {
                value.WriteTo(writer);
            }
            else
            {
                writer.WriteRawValue(otherwise);
            }
        }
    }

    private static void WriteChoice(Utf8JsonWriter writer, ChatToolMode? mode)
    {
        switch (mode)
        {
            case null or AutoChatToolMode:
                break;
            case NoneChatToolMode:
                writer.WriteString("tool_choice", "none");
                break;
            case RequiredChatToolMode { RequiredFunctionName: null }:
                writer.WriteString("tool_choice", "required");
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                writer.WriteStartObject("tool_choice");
                writer.WriteString("type", "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", name);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            default:
                throw new NotSupportedException($"ChatOptions.ToolMode {mode.GetType().Name} is not supported.");
        }
    }
}
