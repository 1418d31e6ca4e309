using Microsoft.Extensions.Hosting;

namespace Rill.WorkerTestApp;

/// <summary>Keeps the app whole, after SIGTERM, until the last stream has ended.</summary>
public sealed class Drain : IHostedLifecycleService
{
    private int _streams;

    /// <summary>A stream begins; it ends when the result is disposed.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _streams);
        return new Stream(this);
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _streams) > 0)
        {
            await Task.Delay(20, cancellationToken);
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

    private sealed class Stream(Drain drain) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref drain._streams);
    }
}
