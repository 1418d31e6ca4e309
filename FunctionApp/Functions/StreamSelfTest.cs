using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using Rill.FunctionApp.Http;
using Rill.Telemetry;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// <c>GET /health/stream</c>: a slow stream of timed events by the code that streams answers, without a model. Whoever sees them come
/// all at once has a proxy on the way that buffers. It asks for a key.
/// </summary>
public sealed class StreamSelfTest(IOptions<RillOptions> options, RillMetrics metrics, TimeProvider time)
{
    /// <summary>Streams <c>count</c> events (20), <c>interval_ms</c> (50) apart.</summary>
    [Function("StreamSelfTest")]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/stream")]
        HttpRequest request,
        FunctionContext context)
    {
        var http = request.HttpContext;
        if (!await Methods.IsReadAsync(http))
        {
            return;
        }

        var (probe, error) = StreamProbe.Read(request.Query);
        if (error is not null)
        {
            await ErrorResponse.WriteAsync(http, error, http.RequestAborted);
            return;
        }

        using var lifetime = new RequestLifetime(http, context, limit: null, time);
        await using var stream = new EventStream(http, lifetime, options.Value, metrics, time);
        await probe!.RunAsync(stream, time, lifetime.Token);
    }
}
