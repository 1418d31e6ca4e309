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
    /// <summary>Names the path, and the one that is probably meant.</summary>
    [Function("ZNotFound")]
    public static Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")]
        HttpRequest request) => AnswerAsync(request.HttpContext);

    /// <summary>The same for a function that answers several paths.</summary>
    internal static Task AnswerAsync(HttpContext http) => ErrorResponse.WriteAsync(
        http, ApiError.UnknownUrl(http.Request.Method, http.Request.Path, UrlHint.For(http.Request.Path)), http.RequestAborted);
}
