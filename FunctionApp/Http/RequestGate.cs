using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rill.FunctionApp.Telemetry;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>
/// What every request passes first: its id, the key, and the last catch for failures, so that no fault reaches a client as an empty
/// body or a stack trace, and no client's leaving is logged as one (contract A.0, B.8).
/// </summary>
internal sealed partial class RequestGate(ApiKeys keys, IOptions<RillOptions> options, ILogger<RequestGate> logger) : IFunctionsWorkerMiddleware
{
    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        RequestId.Assign(http);
        try
        {
            if (NeedsKey(http.Request.Path) && !keys.Admits(http.Request))
            {
                http.Response.Headers.WWWAuthenticate = "Bearer";
                await ErrorResponse.WriteAsync(http, ApiError.InvalidApiKey(), http.RequestAborted);
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
            ServerSpan.Complete(http);
        }
    }

    /// <summary>Liveness and readiness are asked by probes, which hold no key; scrapers may be let in without one by a setting.</summary>
    private bool NeedsKey(PathString path) => path.StartsWithSegments("/metrics")
        ? options.Value.MetricsNeedKey
        : !path.StartsWithSegments("/health") || path.StartsWithSegments("/health/stream");

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
