using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Functions;

/// <summary><c>POST /v1/completions</c>: texts that go on with a prompt, whole or as they are made.</summary>
public sealed class Completions(Responder responder)
{
    /// <summary>Reads, checks and admits the request, then answers it.</summary>
    [Function(nameof(Completions))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/completions")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, TextRequest.Read);
}
