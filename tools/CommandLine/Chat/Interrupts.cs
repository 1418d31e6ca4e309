using System.Runtime.InteropServices;

namespace Rill.CommandLine.Chat;

/// <summary>Ctrl+C: it ends what is going on, an answer or the line that is being written, and not the program.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PosixSignalRegistration _registration;
    private CancellationTokenSource? _current;

    /// <summary>Begins to listen.</summary>
    public Interrupts() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = true;
        lock (_lock)
        {
            _current?.Cancel();
        }
    });

    /// <summary>Runs something that one Ctrl+C cancels.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> interruptible)
    {
        using var source = new CancellationTokenSource();
        Exchange(source);
        try
        {
            return await interruptible(source.Token);
        }
        finally
        {
            Exchange(null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();

    private void Exchange(CancellationTokenSource? source)
    {
        lock (_lock)
        {
            _current = source;
        }
    }
}
