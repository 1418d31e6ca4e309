using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rill.FunctionApp.Telemetry;
using Rill.OpenAI;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>
/// What every request passes first: its id, the key, the wait for the model, and the last catch for failures, so that no fault reaches a client as an empty
/// body or a stack trace, and no client's leaving is logged as one (contract A.0, B.8).
/// </summary>
internal sealed partial class RequestGate(
    ApiKeys keys, ModelGate wait, RillMetrics metrics, IOptions<RillOptions> options, ILogger<RequestGate> logger)
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
        metrics.Start.Mark(StartPhase.Host);
        try
        {
            if (NeedsKey(http.Request.Path) && !keys.Admits(http.Request))
            {
                http.Response.Headers.WWWAuthenticate = "Bearer";
                await ErrorResponse.WriteAsync(http, ApiError.InvalidApiKey(), http.RequestAborted);
                return;
            }

            if (NeedsModel(http.Request.Path) && await wait.HoldAsync(http.RequestAborted) is { } obstacle)
            {
                await ErrorResponse.WriteAsync(http, obstacle, http.RequestAborted);
                return;
            }

            await next(context);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || context.CancellationToken.IsCancellationRequested)
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

    /// <summary>Liveness and readiness are asked by probes, which hold no key; scrapers may be let in without one by a setting.</summary>
    private bool NeedsKey(PathString path) => path.StartsWithSegments("/metrics")
        ? options.Value.MetricsNeedKey
        : !path.StartsWithSegments("/health") || path.StartsWithSegments("/health/stream");

    /// <summary>Functions are made with the model in their hands, but for those that tell of it, and the one that can hold a stream open.</summary>
    private static bool NeedsModel(PathString path) =>
        !path.StartsWithSegments("/health") && !path.StartsWithSegments("/metrics") && !path.StartsWithSegments("/v1/chat/completions");

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
