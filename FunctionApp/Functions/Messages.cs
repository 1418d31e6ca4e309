using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.Messages;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// <c>POST /v1/messages</c> and <c>POST /v1/messages/count_tokens</c>, Anthropic's API (contract A.8). The time that its SDKs send along is
/// meant for the headers.
/// </summary>
public sealed class Messages(Responder responder)
{
    /// <summary>An answer, whole or as it is made.</summary>
    [Function(nameof(Messages))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/messages")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, MessageRequest.Read, endsWithClientsTimeout: false);

    /// <summary>The number of a prompt's tokens.</summary>
    [Function("MessagesCountTokens")]
    public Task CountAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/messages/count_tokens")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, MessageRequest.ReadCount, endsWithClientsTimeout: false);
}
