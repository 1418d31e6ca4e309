using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging.Console;

namespace Rill.LocalHost;

/// <summary>The host's own web server: one port for clients, another for the worker's gRPC stream.</summary>
internal static class LocalHostApp
{
    /// <summary>The largest body that is taken: the real host's limit.</summary>
    public const long MaxRequestBodyBytes = 104_857_600;

    public static WebApplication Build(HostSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, settings.Port));
        AddLogging(builder.Logging, settings);
        builder.Services.AddRoutingCore();
        builder.Services.AddCors();
        builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (null, null));
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<RpcLogWriter>();
        builder.Services.AddSingleton<WorkerSupervisor>();
        builder.Services.AddSingleton<FunctionForwarder>();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // Program handles the signals
        if (DescriptorLimit.Connections() is { } connections)
        {
            builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
                ActivatorUtilities.CreateInstance<BoundedTransport>(services, connections + DescriptorLimit.BeingRefused));
        }

        return Configure(builder.Build(), settings);
    }

    /// <summary>The addresses that are listened on: for clients, and for the worker. Known after the start.</summary>
    public static (Uri Http, Uri Rpc) Addresses(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        return (new UriBuilder(addresses[0]) { Host = "localhost" }.Uri, new Uri(addresses[^1]));
    }

    private static void Listen(KestrelServerOptions kestrel, int port)
    {
        kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = DescriptorLimit.Connections();
        // Loads what the first answer would load: a flood of clients before it can leave no descriptor for that, and Kestrel then never answers.
        _ = ReasonPhrases.GetReasonPhrase(StatusCodes.Status200OK);
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        if (port == 0)
        {
            kestrel.Listen(IPAddress.Loopback, port); // a free port can be asked for on one address only
        }
        else
        {
            kestrel.ListenLocalhost(port);
        }

        kestrel.Listen(IPAddress.Loopback, 0, worker => worker.Protocols = HttpProtocols.Http2);
    }

    private static void AddLogging(ILoggingBuilder logging, HostSettings settings)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Default;
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddConfiguration(settings.Logging); // after the line above, which host.json may thus replace
        foreach (var ownReport in (string[])["Microsoft.Extensions.Hosting", "Grpc", "Yarp"])
        {
            logging.AddFilter(ownReport, LogLevel.None); // what matters of these, this program says in its own words
        }
    }

    private static WebApplication Configure(WebApplication app, HostSettings settings)
    {
        if (settings.CorsOrigins.Count > 0)
        {
            app.UseCors(cors =>
            {
                cors.WithOrigins([.. settings.CorsOrigins]).AllowAnyHeader().AllowAnyMethod();
                if (settings.CorsCredentials)
                {
                    cors.AllowCredentials();
                }
            });
        }

        var forwarder = app.Services.GetRequiredService<FunctionForwarder>();
        app.MapWhen(IsWorkerCall, worker => worker.UseRouting().UseEndpoints(endpoints => endpoints.MapGrpcService<FunctionRpcService>()));
        app.Run(forwarder.InvokeAsync);
        return app;
    }

    // Both ports share one pipeline; only the worker's speaks HTTP/2.
    private static bool IsWorkerCall(HttpContext context) => context.Request.Protocol == HttpProtocol.Http2;

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
