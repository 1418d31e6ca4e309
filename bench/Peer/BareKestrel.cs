using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rill.Bench.Peer;

/// <summary>
/// The least that can stream: Kestrel without routing, logging or JSON. A POST is answered with its own body as an event, written and
/// flushed at once and at every step of the pace until the client hangs up; anything else with an empty 200.
/// </summary>
internal static class BareKestrel
{
    /// <summary>Serves on the loopback address until the process ends.</summary>
    public static async Task RunAsync(int port, TimeSpan pace)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port));
        await using var app = builder.Build();
        var pacer = new Pacer(pace);
        app.Run(context => HttpMethods.IsPost(context.Request.Method) ? RepeatAsync(context, pacer) : Task.CompletedTask);
        await app.RunAsync();
    }

    private static async Task RepeatAsync(HttpContext context, Pacer pacer)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var frame = body.ToArray();
        var output = context.Response.BodyWriter;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache, no-transform";
        await context.Response.StartAsync();
        await output.FlushAsync();
        pacer.Join();
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await output.WriteAsync(frame);
            await pacer.NextTick;
        }

        pacer.Leave();
    }
}
