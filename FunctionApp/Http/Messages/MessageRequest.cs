using Microsoft.AspNetCore.Http;
using Rill.Anthropic;
using Rill.Chat;
using Rill.Chat.Input.Messages;
using Rill.Chat.Output.Messages;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http.Messages;

/// <summary>A request of the Messages API on its way.</summary>
internal sealed class MessageRequest(MessagesRequest request) : IEndpointRequest
{
    /// <inheritdoc/>
    public bool Stream => request.Chat.Stream;

    /// <summary>Reads a body.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body) =>
        MessagesRequestReader.TryRead(body.Bytes, out var request, out var error) ? (new MessageRequest(request), null) : (null, error);

    /// <summary>Reads a body that asks for its number of tokens.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) ReadCount(RequestBody body) =>
        MessagesRequestReader.TryReadCount(body.Bytes, out var request, out var error)
            ? (new WorkRequest<TokenCount>((chat, token) => Count(request, chat, token), MessageJson.Wire.TokenCount), null)
            : (null, error);

    /// <inheritdoc/>
    public (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken)
    {
        var (generation, error) = chat.Start(request.Chat, bodyBytes, cancellationToken);
        return generation is null ? (null, error) : (new GenerationAnswer(
            generation,
            Stream ? new MessageStreamEvents(generation, request) : null,
            whole => whole.WriteAsync(MessageAnswer.ReadAsync(generation, request, whole.Token), MessageJson.Wire.Message, Patience(whole.Http.Request))), null);
    }

    /// <summary>
    /// The SDKs give up on headers after a time that they send along, 30 seconds for short answers, and then ask twice more; for the body they
    /// wait. Half of it leaves room for what passed before the request was here.
    /// </summary>
    private static double? Patience(HttpRequest http) => RequestTimeout.Stainless(http) * 0.5;

    private static (TokenCount? Count, ApiError? Error) Count(MessagesRequest request, ChatService chat, CancellationToken cancellationToken)
    {
        var asked = new TokenizeRequest { Model = request.Chat.Model, Chat = request.Chat };
        var (answer, error) = chat.Tokenize(asked, cancellationToken);
        return answer is null ? (null, error) : (new TokenCount(answer.Count), null);
    }
}
