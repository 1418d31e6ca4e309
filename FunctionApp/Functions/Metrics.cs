using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.Telemetry;

namespace Rill.FunctionApp.Functions;

/// <summary><c>GET /metrics</c>: Prometheus text, under vLLM's names.</summary>
public sealed class Metrics(PrometheusExporter exporter)
{
    /// <summary>Writes every instrument's current value.</summary>
    [Function("Metrics")]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "metrics")]
        HttpRequest request)
    {
        var http = request.HttpContext;
        if (!await Methods.IsReadAsync(http))
        {
            return;
        }

        http.Response.ContentType = PrometheusExporter.ContentType;
        exporter.WriteTo(http.Response.BodyWriter);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
