using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Loading;

namespace Rill.FunctionApp.Hosting;

/// <summary>
/// SIGTERM: readiness and new requests turn 503 at once, running streams finish within the drain time, and the rest end with an
/// error frame. Runs before any hosted service stops, so that HTTP still works meanwhile.
/// </summary>
internal sealed class Drain(ModelGate gate, ModelLoad load, IOptions<RillOptions> options) : IHostedLifecycleService
{
    /// <summary>After the drain: time for the last error frames to reach their clients and for the server itself to stop.</summary>
    private static readonly TimeSpan _afterwards = TimeSpan.FromSeconds(5);

    /// <summary>How long the whole stop may take.</summary>
    public static TimeSpan ShutdownTimeout(RillOptions options) => TimeSpan.FromSeconds(options.DrainSeconds) + _afterwards;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await load.StopAsync();    // what waits for the model is told at once; HTTP goes on answering until the load has ended
        if (gate.Engine is { } engine)
        {
            await engine.DrainAsync(TimeSpan.FromSeconds(options.Value.DrainSeconds));
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
