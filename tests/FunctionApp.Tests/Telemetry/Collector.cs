using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rill.FunctionApp.Tests.Telemetry;

/// <summary>A place on this machine that telemetry is sent to: it keeps every body, by path, and says that all is well.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = [];

    private Collector(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>The bodies that were sent to a path, unpacked.</summary>
    public IReadOnlyList<byte[]> Bodies(string path) => [.. _received.Where(entry => entry.Path == path).Select(entry => entry.Body)];

    /// <summary>Starts on a free port of the loopback interface.</summary>
    /// <param name="answer">What every request is answered with, as JSON.</param>
    public static async Task<Collector> StartAsync(string answer = "{}")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var collector = new Collector(app);
        app.Run(http => collector.TakeAsync(http, answer));
        await app.StartAsync();
        return collector;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http, string answer)
    {
        using var body = new MemoryStream();
        var isPacked = http.Request.Headers.ContentEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        await using var source = isPacked ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
        await source.CopyToAsync(body);
        _received.Enqueue((http.Request.Path, body.ToArray()));
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer);
    }
}
