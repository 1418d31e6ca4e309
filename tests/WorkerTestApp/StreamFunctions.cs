using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;

namespace Rill.WorkerTestApp;

/// <summary>Functions that write their response bit by bit.</summary>
public sealed class StreamFunctions(Observations observations, Drain drain, IHostApplicationLifetime lifetime)
{
    /// <summary>
    /// Writes <c>count</c> lines, one every <c>every</c> milliseconds, goes on as long as the file <c>hold</c> is there, and notes under
    /// <c>name</c> how it ended; with <c>both</c>, after both cancellations.
    /// </summary>
    [Function("Stream")]
    public async Task Stream(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "stream")] HttpRequest request, FunctionContext context)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            request.HttpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await request.HttpContext.Response.WriteAsync("draining");
            return;
        }

        using var stream = drain.Begin();
        var name = request.Query["name"].ToString();
        try
        {
            await WriteLinesAsync(request, context.CancellationToken);
            observations.ByName[name] = "complete";
        }
        catch (OperationCanceledException)
        {
            // When the client leaves, the connection's end and the host's message race. The message is quick; the connection may be
            // up to 2 s later, when the proxy was not reading at that moment and first drains what is on its way.
            var aborted = request.HttpContext.RequestAborted;
            for (var i = 0; i < 6_000 && request.Query.ContainsKey("both") && !(IsSet(aborted) && IsSet(context.CancellationToken)); i++)
            {
                await Task.Delay(10, CancellationToken.None);
            }

            observations.ByName[name] = $"context {IsSet(context.CancellationToken)}, aborted {IsSet(aborted)}";
            throw;
        }
    }

    /// <summary>Ignores every cancellation for ten minutes.</summary>
    [Function("Deaf")]
    public static async Task Deaf([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "deaf")] HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("begun\n");
        await Task.Delay(TimeSpan.FromMinutes(10), CancellationToken.None);
    }

    /// <summary>Cuts the connection instead of answering.</summary>
    [Function("Cut")]
    public static void Cut([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "cut")] HttpRequest request) => request.HttpContext.Abort();

    /// <summary>Throws: before the first byte, or after it if the query says so.</summary>
    [Function("Throw")]
    public static async Task Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw")] HttpRequest request)
    {
        if (request.Query.ContainsKey("late"))
        {
            await request.HttpContext.Response.WriteAsync("begun\n");
            await request.HttpContext.Response.Body.FlushAsync();
            await HoldAsync(request, CancellationToken.None); // a reset throws away what its receiver has not read yet
        }

        throw new InvalidOperationException("as asked");
    }

    private static bool IsSet(CancellationToken token) => token.IsCancellationRequested;

    private static async Task WriteLinesAsync(HttpRequest request, CancellationToken hostCancellation)
    {
        var response = request.HttpContext.Response;
        var count = int.Parse(request.Query["count"].ToString(), CultureInfo.InvariantCulture);
        var every = int.Parse(request.Query["every"].ToString(), CultureInfo.InvariantCulture);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(hostCancellation, request.HttpContext.RequestAborted);
        response.ContentType = "text/event-stream";
        for (var i = 0; i < count; i++)
        {
            await response.WriteAsync($"{i} {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}\n", both.Token);
            await response.Body.FlushAsync(both.Token);
            await Task.Delay(every, both.Token);
        }

        await HoldAsync(request, both.Token);
    }

    private static async Task HoldAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        while (File.Exists(request.Query["hold"].ToString()))
        {
            await Task.Delay(20, cancellationToken);
        }
    }
}
