using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.OpenAI;
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
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            await ErrorResponse.WriteAsync(http, ApiError.MethodNotAllowed(request.Method, "GET"), http.RequestAborted);
            return;
        }

        http.Response.ContentType = PrometheusExporter.ContentType;
        exporter.WriteTo(http.Response.BodyWriter);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
