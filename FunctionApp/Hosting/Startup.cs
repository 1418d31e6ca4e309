using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rill.Chat;
using Rill.FunctionApp.Http;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Hosting;

/// <summary>Starts the engine and the metrics' listener with the app, and says in one line what runs.</summary>
internal sealed partial class Startup(
    InferenceEngine engine, PrometheusExporter exporter, ChatModel model, ApiKeys keys, RillMetrics metrics, ILogger<Startup> logger)
    : IHostedService
{
    /// <summary>Held so that it counts from the first request on, and not from the first look at /metrics.</summary>
    private readonly PrometheusExporter _exporter = exporter;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        var sinceStart = DateTime.Now - process.StartTime;
        metrics.ColdStart.Record(sinceStart.TotalSeconds);
        Ready(logger, Version, model.Id, model.Fingerprint, engine.MaxSequenceLength, engine.State, !keys.IsOpen, sinceStart.TotalSeconds);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Version =>
        typeof(Startup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    [LoggerMessage(120, LogLevel.Information,
        "Rill {Version}: model {Model} ({Fingerprint}), context {ContextLength}, engine {State}, keys required {KeysRequired}, {Seconds:F2} s after the process began.")]
    private static partial void Ready(
        ILogger logger, string version, string model, string fingerprint, int contextLength, EngineState state, bool keysRequired, double seconds);
}
