using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Rill.ChatClient.Answers;
using Rill.OpenAI;

namespace Rill.ChatClient.Requests;

/// <summary>
/// A request in the server's own words. It is written as the JSON that a client of the server would send, and read by the server's reader, so that
/// both ways have one meaning, one set of rules and one set of errors.
/// </summary>
/// <param name="Request">What was read.</param>
/// <param name="Bytes">The size of the JSON.</param>
internal sealed record ChatRequestJson(ChatCompletionRequest Request, int Bytes)
{
    /// <summary>Writes and reads a request.</summary>
    /// <exception cref="NotSupportedException">An option or a content that is not supported.</exception>
    /// <exception cref="RillRequestException">A value that the server would refuse.</exception>
    public static ChatRequestJson Write(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, OpenAIJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("messages");
            MessagesJson.WriteAll(writer, messages, options?.Instructions);
            writer.WriteEndArray();
            if (options is not null)
            {
                OptionsJson.Write(writer, options);
            }

            writer.WriteEndObject();
        }

        return ChatRequestReader.TryRead(new ReadOnlySequence<byte>(body.WrittenMemory), out var request, out var error)
            ? new ChatRequestJson(request, body.WrittenCount)
            : throw RequestFailures.Of(error);
    }
}
