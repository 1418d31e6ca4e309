using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// Every other path: 404 with the error object, where the host would answer with an empty body. The host tries functions in the order of
/// their names, so this one's comes last.
/// </summary>
public sealed class NotFound
{
    /// <summary>Names the path and what there is.</summary>
    [Function("ZNotFound")]
    public static Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")]
        HttpRequest request) =>
        ErrorResponse.WriteAsync(request.HttpContext, ApiError.UnknownUrl(request.Method, request.Path), request.HttpContext.RequestAborted);
}
