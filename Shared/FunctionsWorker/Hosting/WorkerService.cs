using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Rill.FunctionsWorker.Invocations;

namespace Rill.FunctionsWorker.Hosting;

/// <summary>
/// Ties the worker's life to the host's: connects once the app has started, hangs up after everything else has stopped (HTTP
/// with its running requests too), and ends the process when the host is gone. An app that wants to go on serving while it
/// drains waits in its own <see cref="IHostedLifecycleService.StoppingAsync"/>, before which nothing is stopped.
/// </summary>
internal sealed class WorkerService(
    HostConnection connection,
    HostOutbox outbox,
    InvocationCoordinator coordinator,
    IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    private static readonly TimeSpan s_orphanGrace = TimeSpan.FromSeconds(5);
    private Task _conversation = Task.CompletedTask;
    private bool _stopped;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Connects only now: the host may forward requests as soon as it knows the worker, so Kestrel has to listen.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _conversation = ConverseAsync();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything else has stopped: says what is left to say, and hangs up.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _stopped = true;
        outbox.Complete();
        await _conversation;
    }

    private async Task ConverseAsync()
    {
        try
        {
            await connection.RunAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // Told below, in one place with a stream that the host closed in order.
        }

        if (!_stopped)
        {
            await LeaveAsync();
        }
    }

    private async Task LeaveAsync()
    {
        await Console.Error.WriteLineAsync("The Functions host has closed its connection; the worker stops.");
        coordinator.CancelAll();
        lifetime.StopApplication();
        _ = ExitAsync();

        // A function that ignores its cancellation must not leave an orphan behind.
        static async Task ExitAsync()
        {
            await Task.Delay(s_orphanGrace);
            Environment.Exit(1);
        }
    }
}
