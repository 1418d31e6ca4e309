using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using Rill.FunctionApp.Http;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// <c>GET /health</c> and <c>/health/live</c>: the process answers, its engine is not dead and its model can be loaded; <c>/health/ready</c>: it takes requests.
/// None of them needs a key.
/// </summary>
public sealed class Health(ModelGate gate, IOptions<RillOptions> options)
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
        AnswerAsync(request.HttpContext, gate.Engine?.State == EngineState.Faulted ? _faulted : gate.Obstacle is { Code: "model_failed" } failed ? failed : null);

    /// <summary>
    /// Readiness: 503 while draining and after repeated failures; while the model is loading too, with the progress, unless the settings
    /// count the host alone.
    /// </summary>
    [Function("HealthReady")]
    public Task ReadyAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/ready")] HttpRequest request) =>
        AnswerAsync(request.HttpContext, gate.Engine?.State switch
        {
            EngineState.Ready => null,
            null => WhileLoading,
            EngineState.Faulted => _faulted,
            _ => ApiError.ShuttingDown(retryAfterSeconds: 5),
        });

    private ApiError? WhileLoading =>
        gate.Obstacle is { Code: "model_loading" } loading && options.Value.ReadyWhen == ReadyWhen.Model ? loading
        : gate.Obstacle is { Code: not "model_loading" } failed ? failed
        : null;

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
