using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Rill.WorkerTestApp;

/// <summary>Functions with short answers.</summary>
public sealed partial class PlainFunctions(Observations observations, ILogger<PlainFunctions> logger)
{
    /// <summary>Says what it received.</summary>
    [Function("Echo")]
    public async Task<IResult> Echo([HttpTrigger(AuthorizationLevel.Anonymous, Route = "echo")] HttpRequest request, FunctionContext context)
    {
        using var reader = new StreamReader(request.Body);
        LogEcho(request.Method);
        return Results.Json(new
        {
            request.Method,
            Path = request.Path.Value,
            Query = request.QueryString.Value,
            Host = request.Host.Value,
            Forwarded = request.HttpContext.Connection.RemoteIpAddress?.ToString(),
            Body = await reader.ReadToEndAsync(context.CancellationToken),
            context.InvocationId,
            context.TraceContext.TraceParent,
            Setting = Environment.GetEnvironmentVariable("FROM_LOCAL_SETTINGS"),
            Worker = Environment.ProcessId,
        });
    }

    /// <summary>A literal route that a catch-all also matches; its name comes first.</summary>
    [Function("AllItems")]
    public static IActionResult AllItems([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items")] HttpRequest request) =>
        new OkObjectResult(new { all = true });

    /// <summary>A catch-all route.</summary>
    [Function("Item")]
    public static IResult Item([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{*id}")] HttpRequest request, string id) =>
        Results.Text(id);

    /// <summary>A literal below the catch-all, whose name comes first: no request reaches it.</summary>
    [Function("ItemCount")]
    public static IResult ItemCount([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/count")] HttpRequest request) =>
        Results.Text("count");

    /// <summary>Not ready as long as a file is there.</summary>
    [Function("HealthReady")]
    public static IResult HealthReady([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request) =>
        Results.StatusCode(File.Exists(Environment.GetEnvironmentVariable("TestApp__HoldReady")) ? 503 : 200);

    /// <summary>What another function saw.</summary>
    [Function("Observed")]
    public IResult Observed([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "observed/{name}")] HttpRequest request, string name) =>
        observations.ByName.TryGetValue(name, out var fact) ? Results.Text(fact) : Results.NotFound();

    [LoggerMessage(1, LogLevel.Warning, "echoing a {Method}")]
    private partial void LogEcho(string method);
}
