using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.Chat;

/// <summary>Whether spans hold what users and the model wrote. Off unless a setting turns it on.</summary>
/// <param name="IsOn">True to write content into spans.</param>
public sealed record ContentTracing(bool IsOn);

/// <summary>
/// The content of one traced request in OpenTelemetry's form (gen_ai.input.messages and gen_ai.output.messages: messages of a role and
/// parts), for those who have asked for it.
/// </summary>
internal sealed class ContentTrace
{
    private static readonly JsonWriterOptions s_json = OpenAIJson.WriterOptions;

    private readonly Activity _activity;
    private readonly StringBuilder[] _answers;

    private ContentTrace(Activity activity, int choices) =>
        (_activity, _answers) = (activity, [.. Enumerable.Range(0, choices).Select(_ => new StringBuilder())]);

    /// <summary>Notes the request's messages, or its prompts that are text; null, at no cost, when nobody traces or content is not asked for.</summary>
    public static ContentTrace? Start(Activity? activity, ContentTracing? tracing, GenerationRequest request, int choices)
    {
        if (activity is not { IsAllDataRequested: true } || tracing is not { IsOn: true })
        {
            return null;
        }

        activity.SetTag("gen_ai.input.messages", Json(writer => WriteInput(writer, request)));
        return new(activity, choices);
    }

    /// <summary>Takes a delta's visible text.</summary>
    public void Add(in ChoiceDelta delta)
    {
        foreach (var part in delta.Parts)
        {
            if (part.Kind == AnswerPartKind.Content)
            {
                _answers[delta.Index].Append(part.Text);
            }
        }
    }

    /// <summary>Notes what the choices have said, with how each ended; "error" for one that did not.</summary>
    public void Complete(IReadOnlyList<string?> reasons) => _activity.SetTag("gen_ai.output.messages", Json(writer =>
    {
        for (var i = 0; i < _answers.Length; i++)
        {
            WriteMessage(writer, "assistant", _answers[i].ToString(), null, null, reasons[i] ?? "error");
        }
    }));

    private static void WriteInput(Utf8JsonWriter writer, GenerationRequest request)
    {
        foreach (var message in (request as ChatCompletionRequest)?.Messages ?? [])
        {
            WriteMessage(writer, message.Role, message.Content?.Text, message.ToolCallId, message.ToolCalls, null);
        }

        foreach (var prompt in (request as CompletionRequest)?.Prompts ?? [])
        {
            WriteMessage(writer, "user", prompt.Text, null, null, null);
        }
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_json))
        {
            writer.WriteStartArray();
            write(writer);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteMessage(Utf8JsonWriter writer, string role, string? text, string? toolCallId, JsonElement? toolCalls, string? finishReason)
    {
        writer.WriteStartObject();
        writer.WriteString("role", role);
        writer.WriteStartArray("parts");
        if (text is not null)
        {
            writer.WriteStartObject();
            writer.WriteString("type", toolCallId is null ? "text" : "tool_call_response");
            if (toolCallId is not null)
            {
                writer.WriteString("id", toolCallId);
            }

            writer.WriteString(toolCallId is null ? "content" : "response", text);
            writer.WriteEndObject();
        }

        foreach (var call in toolCalls?.EnumerateArray() ?? default)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "tool_call");
            writer.WritePropertyName("call");
            call.WriteTo(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (finishReason is not null)
        {
            writer.WriteString("finish_reason", finishReason);
        }

        writer.WriteEndObject();
    }
}
