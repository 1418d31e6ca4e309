using System.Buffers;
using System.Text;
using Rill.Chat;
using Rill.Chat.Input.Messages;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Input.Messages;

/// <summary>Requests of the Messages API, read.</summary>
internal static class MessagesJson
{
    /// <summary>A request of one user's turn, with these members as well.</summary>
    public static MessagesRequest With(string members) => Read($$"""{{{members}},"messages":[{"role":"user","content":"hi"}]}""");

    /// <summary>A request with these turns, given as the entries of messages.</summary>
    public static ChatCompletionRequest Turns(string messages, string members = "\"top_k\":null") => Read($$"""{{{members}},"messages":[{{messages}}]}""").Chat;

    /// <summary>The error of a request with these turns.</summary>
    public static ApiError ErrorOf(string messages, string members = "\"top_k\":null") => Refuse($$"""{{{members}},"messages":[{{messages}}]}""");

    /// <summary>The error of a request of one user's turn with these members.</summary>
    public static ApiError ErrorWith(string members) => ErrorOf("""{"role":"user","content":"hi"}""", members);

    public static MessagesRequest Read(string json)
    {
        Assert.True(MessagesRequestReader.TryRead(Bytes(json), out var request, out var error), error?.Message);
        return request;
    }

    public static ApiError Refuse(string json)
    {
        Assert.False(MessagesRequestReader.TryRead(Bytes(json), out _, out var error));
        return error;
    }

    /// <summary>The two fields that every request has come first, so that members may overrule them.</summary>
    public static ReadOnlySequence<byte> Bytes(string json) =>
        new(Encoding.UTF8.GetBytes(json[0] == '{' ? """{"model":"scripted","max_tokens":100,""" + json[1..] : json));
}
