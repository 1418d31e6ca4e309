using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Loading;
using Rill.FunctionApp.Telemetry;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Hosting;

/// <summary>
/// Watches the model's load: tells its progress, starts the engine and says in one line what runs, or, when there will be no model, says
/// why and ends the app, so that the platform starts another.
/// </summary>
internal sealed partial class Startup(
    ModelLoad load, ModelGate gate, PrometheusExporter exporter, ApiKeys keys, RillSettings settings, RillMetrics metrics,
    IHostApplicationLifetime lifetime, ILogger<Startup> logger)
    : IHostedLifecycleService
{
    /// <summary>How long health and waiting requests tell of a failed load before the process ends.</summary>
    private static readonly TimeSpan _failureGrace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _progressPause = TimeSpan.FromSeconds(5);

    /// <summary>Held so that it counts from the first request on, and not from the first look at /metrics.</summary>
    private readonly PrometheusExporter _exporter = exporter;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        load.Timeline.Mark(StartPhase.Worker);
        _ = WatchAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The build's version, with its commit where known.</summary>
    public static string Version =>
        typeof(Startup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private string TelemetryTarget => ExporterChoice.Of(settings.Telemetry) is var exporters and not Exporters.None ? $"{exporters}" : "nowhere";

    private async Task WatchAsync()
    {
        while (await Task.WhenAny(load.Completion, Task.Delay(_progressPause)) != load.Completion)
        {
            Loading(logger, load.Address.ToString(), load.Progress, load.Bytes.DoneBytes >> 20, load.Bytes.TotalBytes >> 20, load.Bytes.Retries);
        }

        try
        {
            var model = await load.Completion;
            var engine = gate.Engine!;
            metrics.ColdStart.Record(load.Timeline[StartPhase.Model] ?? load.Timeline.Elapsed);
            RillActivity.Started(load.Timeline);
            Ready(
                logger, Version, load.Id, load.Address.ToString(), model.Chat.Fingerprint, settings.Options.Device, model.Precision,
                engine.MaxSequenceLength, KeyValueRoom.Of(model.Runner.Limits), engine.State, !keys.IsOpen, TelemetryTarget,
                SettingsSummary.Of(settings), load.Timeline);
            await foreach (var note in load.Notes.ReadAllAsync(lifetime.ApplicationStopping))
            {
                Note(logger, note);
            }
        }
        catch (OperationCanceledException)
        {
            // The app is stopping.
        }
        catch (Exception failure)
        {
            Failed(logger, StartFailure.Explain(failure) is null ? failure : null, load.Failure ?? failure.Message);
            await Task.Delay(_failureGrace);
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(120, LogLevel.Information,
        "Rill {Version}: model {Model} from {Address} ({Fingerprint}) on {Device} in {Precision}, context {ContextLength}, room for {Room}, " +
        "engine {State}, keys required {KeysRequired}, telemetry to {Telemetry}, settings {Settings}; seconds after the process began: {Phases}.")]
    private static partial void Ready(
        ILogger logger,
        string version,
        string model,
        string address,
        string fingerprint,
        string device,
        string precision,
        int contextLength,
        KeyValueRoom room,
        EngineState state,
        bool keysRequired,
        string telemetry,
        string settings,
        StartTimeline phases);

    [LoggerMessage(121, LogLevel.Information, "Loading {Address}: {Progress} ({DoneMiB} of {TotalMiB} MiB, {Retries} retries).")]
    private static partial void Loading(ILogger logger, string address, string progress, long doneMiB, long totalMiB, int retries);

    [LoggerMessage(123, LogLevel.Warning, "{Note}")]
    private static partial void Note(ILogger logger, string note);

    [LoggerMessage(122, LogLevel.Critical, "Rill cannot start: {Reason}")]
    private static partial void Failed(ILogger logger, Exception? failure, string reason);
}
