using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.WebPage;

namespace Rill.FunctionApp.Functions;

/// <summary><c>GET /chat</c>: the chat page, which is at <c>/</c> too, and the files that it is made of.</summary>
public sealed class Page(PageSite site)
{
    /// <summary>The page.</summary>
    [Function("Page")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "chat")] HttpRequest request) => AnswerAsync(request.HttpContext);

    /// <summary>Its scripts, styles and pictures.</summary>
    [Function("PageAssets")]
    public Task AssetAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "assets/{*file}")] HttpRequest request) =>
        AnswerAsync(request.HttpContext);

    private async Task AnswerAsync(HttpContext http)
    {
        if (site.IsOn && !await Methods.IsReadAsync(http))
        {
            return;
        }

        if (!await site.TryAnswerAsync(http))
        {
            await NotFound.AnswerAsync(http);
        }
    }
}
