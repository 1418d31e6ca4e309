using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Functions;

/// <summary><c>POST /v1/embeddings</c>: a vector for each text.</summary>
public sealed class Embeddings(Responder responder)
{
    /// <summary>Reads, checks and admits the request, then answers it.</summary>
    [Function(nameof(Embeddings))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/embeddings")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, EmbeddingsRequest.Read);
}
