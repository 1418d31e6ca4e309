using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// <c>GET /health</c> and <c>/health/live</c>: the process answers and its engine is not dead; <c>/health/ready</c>: it takes requests.
/// None of them needs a key.
/// </summary>
public sealed class Health(InferenceEngine engine)
{
    private static readonly ApiError _faulted = ApiError.Internal() with
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Message = "The engine failed repeatedly; the log says why.",
        RetryAfterSeconds = 30,
    };

    /// <summary>Liveness.</summary>
    [Function("Health")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health")] HttpRequest request) => LiveAsync(request);

    /// <summary>Liveness, under the name that probes use.</summary>
    [Function("HealthLive")]
    public Task LiveAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/live")] HttpRequest request) =>
        AnswerAsync(request.HttpContext, engine.State == EngineState.Faulted ? _faulted : null);

    /// <summary>Readiness: 503 while draining and after repeated failures.</summary>
    [Function("HealthReady")]
    public Task ReadyAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/ready")] HttpRequest request) =>
        AnswerAsync(request.HttpContext, engine.State switch
        {
            EngineState.Ready => null,
            EngineState.Faulted => _faulted,
            _ => ApiError.ShuttingDown(retryAfterSeconds: 5),
        });

    private static async Task AnswerAsync(HttpContext http, ApiError? error)
    {
        if (!await Methods.IsReadAsync(http))
        {
            return;
        }

        await (error is null
            ? http.Response.WriteAsJsonAsync(new { status = "ok" }, http.RequestAborted)
            : ErrorResponse.WriteAsync(http, error, http.RequestAborted));
    }
}
