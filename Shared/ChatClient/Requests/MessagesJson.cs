using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Rill.ChatClient.Requests;

/// <summary>Writes messages as OpenAI's API has them, and as Microsoft's client of that API writes them, so that both make the same prompt.</summary>
internal static class MessagesJson
{
    /// <summary>Writes the instructions, as a message of the system, and all messages.</summary>
    /// <exception cref="NotSupportedException">A content that no model here reads.</exception>
    public static void WriteAll(Utf8JsonWriter writer, IEnumerable<ChatMessage> messages, string? instructions)
    {
        if (!string.IsNullOrWhiteSpace(instructions))
        {
            writer.WriteStartObject();
            writer.WriteString("role", "system");
            writer.WriteString("content", instructions);
            writer.WriteEndObject();
        }

        foreach (var message in messages)
        {
            Write(writer, message);
        }
    }

    private static void Write(Utf8JsonWriter writer, ChatMessage message)
    {
        Check(message);
        var results = message.Contents.OfType<FunctionResultContent>().ToList();
        foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteString("role", "tool");
            writer.WriteString("tool_call_id", result.CallId);
            writer.WriteString("content", TextOf(result));
            writer.WriteEndObject();
        }

        if (results.Count == 0 || message.Contents.Any(content => content is TextContent or FunctionCallContent))
        {
            WriteTurn(writer, message);
        }
    }

    private static void WriteTurn(Utf8JsonWriter writer, ChatMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("role", message.Role.Value);
        if (message.AuthorName is { Length: > 0 } name)
        {
            writer.WriteString("name", name);
        }

        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        WriteText(writer, message, isOptional: calls.Count > 0);
        if (string.Concat(message.Contents.OfType<TextReasoningContent>().Select(content => content.Text)) is { Length: > 0 } reasoning)
        {
            writer.WriteString("reasoning_content", reasoning);
        }

        if (calls.Count > 0)
        {
            writer.WriteStartArray("tool_calls");
            calls.ForEach(call => WriteCall(writer, call));
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>One text as a string, several as parts. An assistant's are one text that came in pieces.</summary>
    private static void WriteText(Utf8JsonWriter writer, ChatMessage message, bool isOptional)
    {
        var texts = message.Contents.OfType<TextContent>().Select(content => content.Text).ToList();
        if (texts.Count < 2 || message.Role == ChatRole.Assistant)
        {
            if (texts.Count > 0 || !isOptional)
            {
                writer.WriteString("content", string.Concat(texts));
            }

            return;
        }

        writer.WriteStartArray("content");
        foreach (var text in texts)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "text");
            writer.WriteString("text", text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteCall(Utf8JsonWriter writer, FunctionCallContent call)
    {
        writer.WriteStartObject();
        writer.WriteString("id", call.CallId);
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", call.Name);
        writer.WriteString("arguments", Values.Text(call.Arguments ?? new Dictionary<string, object?>()));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string TextOf(FunctionResultContent result) => result.Result switch
    {
        string text => text,
        null => result.Exception?.Message ?? "",
        var value => Values.Text(value),
    };

    /// <summary>What a model here does not read is refused: left out, it would be answered as if it had never been sent.</summary>
    private static void Check(ChatMessage message)
    {
        var refused = message.Contents.FirstOrDefault(content =>
            content is not (TextContent or TextReasoningContent or FunctionCallContent or FunctionResultContent or UsageContent));
        if (refused is not null)
        {
            throw new NotSupportedException(
                $"A message holds {refused.GetType().Name}, which is not supported: text, reasoning, function calls and their results are read.");
        }
    }
}
