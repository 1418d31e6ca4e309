using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Functions;

/// <summary><c>POST /tokenize</c> and <c>POST /detokenize</c>: texts and conversations to token ids, and ids to text.</summary>
public sealed class Tokenize(Responder responder)
{
    /// <summary>The ids of a text or a conversation.</summary>
    [Function("Tokenize")]
    public Task TokenizeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "tokenize")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, body =>
            TokenizeRequestReader.TryRead(body.Bytes, out TokenizeRequest? asked, out var error)
                ? (new WorkRequest<TokenizeAnswer>((chat, token) => chat.Tokenize(asked, token), OpenAIJson.Wire.TokenizeAnswer), null)
                : (null, error));

    /// <summary>The text of ids.</summary>
    [Function("Detokenize")]
    public Task DetokenizeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "detokenize")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, body =>
            TokenizeRequestReader.TryRead(body.Bytes, out DetokenizeRequest? asked, out var error)
                ? (new WorkRequest<DetokenizeAnswer>((chat, _) => chat.Detokenize(asked), OpenAIJson.Wire.DetokenizeAnswer), null)
                : (null, error));
}
