using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Functions;

/// <summary><c>POST /v1/chat/completions</c>: a completion, whole or as it is made.</summary>
public sealed class ChatCompletions(Responder responder)
{
    /// <summary>Reads, checks and admits the request, then answers it.</summary>
    [Function(nameof(ChatCompletions))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/chat/completions")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, ChatRequest.Read);
}
