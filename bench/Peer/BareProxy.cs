using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Rill.Bench.Peer;

/// <summary>YARP and nothing else before a server: what any Functions host adds to a stream at least.</summary>
internal static class BareProxy
{
    /// <summary>Forwards from a port of the loopback address to another until the process ends.</summary>
    public static async Task RunAsync(int port, int target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port));
        builder.Services.AddHttpForwarder();
        await using var app = builder.Build();
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        });
        var destination = $"http://{IPAddress.Loopback}:{target}/";
        app.Run(async context => await forwarder.SendAsync(context, destination, client));
        await app.RunAsync();
    }
}
