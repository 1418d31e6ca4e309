using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Functions;

/// <summary><c>POST /v1/chat/completions</c>: a completion, whole or as it is made.</summary>
public sealed class ChatCompletions(ChatResponder responder, IOptions<RillOptions> options, TimeProvider time)
{
    /// <summary>Reads, checks and admits the request, then answers it.</summary>
    [Function(nameof(ChatCompletions))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/chat/completions")]
        HttpRequest request,
        FunctionContext context)
    {
        var http = request.HttpContext;
        if (!await Methods.IsPostAsync(http))
        {
            return;
        }

        var (limit, error) = RequestTimeout.Read(request, options.Value.RequestTimeoutSeconds);
        if (error is not null)
        {
            await ErrorResponse.WriteAsync(http, error, http.RequestAborted);
            return;
        }

        using var lifetime = new RequestLifetime(http, context, limit, time);
        await responder.RunAsync(request, lifetime);
    }
}
