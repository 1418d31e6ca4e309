using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rill.Chat;
using Rill.FunctionApp.Http;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Hosting;

/// <summary>What the start-up log line tells beside the model: where it runs, and how it was set up.</summary>
/// <param name="Device">The device, such as cpu.</param>
/// <param name="Precision">The type that the model computes in.</param>
/// <param name="Telemetry">Where telemetry goes besides /metrics.</param>
/// <param name="Settings">The settings that differ from their defaults, without secrets.</param>
internal sealed record StartupFacts(string Device, string Precision, string Telemetry, string Settings);

/// <summary>Starts the engine and the metrics' listener with the app, and says in one line what runs.</summary>
internal sealed partial class Startup(
    InferenceEngine engine, PrometheusExporter exporter, ChatModel model, ApiKeys keys, StartupFacts facts, RillMetrics metrics, ILogger<Startup> logger)
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
        Ready(
            logger, Version, model.Id, model.Fingerprint, facts.Device, facts.Precision, engine.MaxSequenceLength, engine.State, !keys.IsOpen,
            facts.Telemetry, facts.Settings, sinceStart.TotalSeconds);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The build's version, with its commit where known.</summary>
    public static string Version =>
        typeof(Startup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    [LoggerMessage(120, LogLevel.Information,
        "Rill {Version}: model {Model} ({Fingerprint}) on {Device} in {Precision}, context {ContextLength}, engine {State}, keys required {KeysRequired}, telemetry to {Telemetry}, settings {Settings}; {Seconds:F2} s after the process began.")]
    private static partial void Ready(
        ILogger logger,
        string version,
        string model,
        string fingerprint,
        string device,
        string precision,
        int contextLength,
        EngineState state,
        bool keysRequired,
        string telemetry,
        string settings,
        double seconds);
}
