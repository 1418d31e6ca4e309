using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.WebPage;
using Rill.OpenAI;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// Every other path: 404 with the error object, where the host would answer with an empty body. The host tries functions in the order of
/// their names, so this one's comes last. The root, where the page is, has no route of its own: to the host an empty route is the function's
/// name, and the worker does not read a slash.
/// </summary>
public sealed class NotFound(PageSite site)
{
    /// <summary>Names the path, and the one that is probably meant.</summary>
    [Function("ZNotFound")]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")]
        HttpRequest request)
    {
        if (!await site.TryAnswerAsync(request.HttpContext))
        {
            await AnswerAsync(request.HttpContext);
        }
    }

    /// <summary>The same for a function that answers several paths.</summary>
    internal static Task AnswerAsync(HttpContext http) => ErrorResponse.WriteAsync(
        http, ApiError.UnknownUrl(http.Request.Method, http.Request.Path, UrlHint.For(http.Request.Path)), http.RequestAborted);
}
