using Microsoft.AspNetCore.Http;
using Rill.Anthropic;
using Rill.Chat;
using Rill.Chat.Input.Messages;
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
        var (generation, error) = chat.Start(SystemTurns.Fit(request.Chat, chat.Model, cancellationToken), bodyBytes, cancellationToken);
        return generation is null ? (null, error) : (new GenerationAnswer(
            generation,
            Stream ? new MessageStreamEvents(generation, request) : null,
            (http, token) => WholeMessage.WriteAsync(http, generation, request, token)), null);
    }

    private static (TokenCount? Count, ApiError? Error) Count(MessagesRequest request, ChatService chat, CancellationToken cancellationToken)
    {
        var asked = new TokenizeRequest { Model = request.Chat.Model, Chat = SystemTurns.Fit(request.Chat, chat.Model, cancellationToken) };
        var (answer, error) = chat.Tokenize(asked, cancellationToken);
        return answer is null ? (null, error) : (new TokenCount(answer.Count), null);
    }
}
