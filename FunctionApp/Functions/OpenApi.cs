using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.OpenApi;
using Rill.FunctionApp.Http.WebPage;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// <c>GET /openapi.json</c>: what can be asked here, for programs; <c>GET /reference</c>: the same for people. They need neither the model
/// nor a key.
/// </summary>
public sealed class OpenApi(ApiDescription description, PageSite site)
{
    /// <summary>The document.</summary>
    [Function("OpenApi")]
    public async Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "openapi.json")] HttpRequest request)
    {
        if (await Methods.IsReadAsync(request.HttpContext))
        {
            await description.Json.AnswerAsync(request.HttpContext);
        }
    }

    /// <summary>The page, where the settings want pages.</summary>
    [Function("Reference")]
    public async Task ShowAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "reference")] HttpRequest request)
    {
        if (!site.IsOn)
        {
            await NotFound.AnswerAsync(request.HttpContext);
        }
        else if (await Methods.IsReadAsync(request.HttpContext))
        {
            request.HttpContext.Response.Headers.ContentSecurityPolicy = ReferencePage.Policy;
            await description.Page.AnswerAsync(request.HttpContext);
        }
    }
}
