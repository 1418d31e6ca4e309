using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.OpenApi;

namespace Rill.FunctionApp.Functions;

/// <summary><c>GET /openapi.json</c>: what can be asked here, for programs. It needs neither the model nor a key.</summary>
public sealed class OpenApi(ApiDescription description)
{
    /// <summary>The document, or 304 for who has it.</summary>
    [Function("OpenApi")]
    public async Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "openapi.json")] HttpRequest request)
    {
        var http = request.HttpContext;
        if (!await Methods.IsReadAsync(http))
        {
            return;
        }

        http.Response.Headers.ETag = description.Tag;
        http.Response.Headers.CacheControl = "no-cache";
        if (request.Headers.IfNoneMatch.ToString().Contains(description.Tag, StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = JsonResponse.MediaType;
        http.Response.ContentLength = description.Json.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await http.Response.Body.WriteAsync(description.Json, http.RequestAborted);
        }
    }
}
