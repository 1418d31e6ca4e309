using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Rill.FunctionApp.Http.Messages;
using Rill.FunctionApp.Http.WebPage;
using Rill.FunctionApp.Telemetry;
using Rill.OpenAI;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>
/// What every request passes first: its id, the key, and the last catch for failures, so that no fault reaches a client as an empty
/// body or a stack trace, and no client's leaving is logged as one (contract A.0, B.8).
/// </summary>
internal sealed partial class RequestGate(
    ApiKeys keys, PageSite page, RillMetrics metrics, IOptions<RillOptions> options, ILogger<RequestGate> logger)
    : IFunctionsWorkerMiddleware
{
    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        // A function runs in the context of the host's message; what it traces belongs below the request's span.
        Activity.Current = http.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;
        RequestId.Assign(http);
        ExposeHeaders(http);
        metrics.Start.Mark(StartPhase.Host);
        try
        {
            if (NeedsKey(http.Request) && !keys.Admits(http.Request))
            {
                http.Response.Headers.WWWAuthenticate = "Bearer";
                await ErrorResponse.WriteAsync(http, ApiError.InvalidApiKey(), http.RequestAborted);
                return;
            }

            await next(context);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && (http.RequestAborted.IsCancellationRequested || context.CancellationToken.IsCancellationRequested))
        {
            // The client left, or the host cancelled: nobody is there to answer.
        }
        catch (Exception failure)
        {
            RequestFailed(logger, failure, context.FunctionDefinition.Name);
            await AnswerFailureAsync(http);
        }
        finally
        {
            await UnreadBody.DropAsync(http);
            ServerSpan.Complete(http);
        }
    }

    /// <summary>
    /// Liveness and readiness are asked by probes, which hold no key; scrapers may be let in without one by a setting; the page is what asks
    /// for a key. What the API is stands in the repository too: its description is no secret.
    /// </summary>
    private bool NeedsKey(HttpRequest request) => request.Path.StartsWithSegments("/metrics")
        ? options.Value.MetricsNeedKey
        : (!request.Path.StartsWithSegments("/health") || request.Path.StartsWithSegments("/health/stream"))
            && request.Path != "/openapi.json" && !(page.IsOn && request.Path == "/reference") && !page.IsFor(request);

    /// <summary>
    /// A page's script may read these headers of an answer from another origin. The host decides which origins those are, and names no
    /// headers itself.
    /// </summary>
    private static void ExposeHeaders(HttpContext http)
    {
        if (http.Request.Headers.Origin.Count > 0)
        {
            var id = ErrorDialect.Of(http.Request) is MessagesErrors ? $"{RequestId.Header}, {RequestId.AnthropicHeader}" : RequestId.Header;
            http.Response.Headers.AccessControlExposeHeaders = $"{id}, {HeaderNames.RetryAfter}";
        }
    }

    private static async Task AnswerFailureAsync(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        await ErrorResponse.WriteAsync(http, ApiError.Internal(), http.RequestAborted);
    }

    [LoggerMessage(100, LogLevel.Error, "{Function} failed.")]
    private static partial void RequestFailed(ILogger logger, Exception failure, string function);
}
