using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.Chat;
using Rill.Chat.Responses;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.FunctionApp.Http.Responses;

/// <summary>The Responses API, whichever address it is asked at: makes responses, counts their tokens, and answers for those that are kept.</summary>
public sealed class ResponsesEndpoint
{
    private readonly Responder _responder;
    private readonly ResponseStore _store;
    private readonly ApiKeys _keys;
    private readonly RillOptions _options;
    private readonly TimeProvider _time;
    private readonly StoredResponses _stored;

    internal ResponsesEndpoint(Responder responder, ResponseStore store, ApiKeys keys, RillOptions options, TimeProvider time)
    {
        (_responder, _store, _keys, _options, _time) = (responder, store, keys, options, time);
        _stored = new StoredResponses(store);
    }

    /// <summary>Answers a request to <c>.../responses</c> or below it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">Its invocation.</param>
    /// <param name="path">What of the path comes behind <c>responses</c>, without slashes at its ends.</param>
    internal Task RunAsync(HttpRequest request, FunctionContext context, string path)
    {
        var owner = _keys.OwnerOf(request) ?? 0;
        return path switch
        {
            "" => _responder.RunAsync(request, context, body => Read(body, owner)),
            "input_tokens" => _responder.RunAsync(request, context, body => ReadForCount(body, owner)),
            _ => _stored.AnswerAsync(request.HttpContext, path.Split('/'), owner),
        };
    }

    private (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body, int owner)
    {
        var (request, conversation, error) = Find(body, owner);
        return error is null
            ? (new ResponseCall(request!, conversation!, owner, _store, _options.ResponsesReasoning, _time), null)
            : (null, error);
    }

    private (IEndpointRequest? Request, ApiError? Error) ReadForCount(RequestBody body, int owner)
    {
        var (_, conversation, error) = Find(body, owner);
        return error is null
            ? (new WorkRequest<ResponseInputTokens>((chat, token) => Count(chat, conversation!.Chat, token), ResponsesJson.Wire.ResponseInputTokens), null)
            : (null, error);
    }

    private (ResponseRequest? Request, ResponseConversation? Conversation, ApiError? Error) Find(RequestBody body, int owner)
    {
        if (!ResponseRequestReader.TryRead(body.Bytes, out var request, out var error))
        {
            return (null, null, error);
        }

        (var conversation, error) = ResponseConversation.Find(request, _store, owner, _options.MaxBodyBytes);
        return (request, conversation, error);
    }

    private static (ResponseInputTokens? Answer, ApiError? Error) Count(ChatService chat, ChatCompletionRequest request, CancellationToken cancellationToken)
    {
        var (tokens, error) = chat.Tokenize(new TokenizeRequest { Model = request.Model, Chat = request }, cancellationToken);
        return tokens is null ? (null, ResponseErrors.OfChat(error!)) : (new ResponseInputTokens(tokens.Count), null);
    }
}
