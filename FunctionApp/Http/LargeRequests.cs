namespace Rill.FunctionApp.Http;

/// <summary>
/// Turns for the work on large requests (parsing, rendering, tokenizing), which takes a thread for up to seconds: few of them run at
/// once, so that streams keep their pace, small requests their latency, and memory its bound. Thread-safe.
/// </summary>
/// <param name="turns">How many may run at once.</param>
/// <param name="fromBytes">A body of so many bytes is large.</param>
internal sealed class LargeRequests(int turns, int fromBytes) : IDisposable
{
    private const int DefaultFromBytes = 32 * 1024;

    private readonly SemaphoreSlim _turns = new(turns);

    /// <summary>Half of the cores, at least one.</summary>
    public static LargeRequests OfThisMachine() => new(Math.Max(1, Environment.ProcessorCount / 2), DefaultFromBytes);

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    /// <summary>Runs the work of a request whose body has so many bytes: at once when it is small, else when its turn comes.</summary>
    /// <exception cref="OperationCanceledException">The request ended before its turn.</exception>
    public async ValueTask<T> RunAsync<T>(int bytes, Func<T> work, CancellationToken cancellationToken)
    {
        if (bytes < fromBytes)
        {
            return work();
        }

        await _turns.WaitAsync(cancellationToken);
        try
        {
            return work();
        }
        finally
        {
            _turns.Release();
        }
    }
}
