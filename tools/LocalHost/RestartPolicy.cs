namespace Rill.LocalHost;

/// <summary>How far a worker came.</summary>
internal enum WorkerStage
{
    /// <summary>Its functions were never loaded.</summary>
    Starting,

    /// <summary>Its functions were loaded, but the app never said that it was ready.</summary>
    Loaded,

    /// <summary>The app was ready for requests.</summary>
    Ready,
}

/// <summary>
/// Whether and when another worker follows one that has ended. As in the real host a crash counts for half an hour, the third that counts ends
/// the host, and there are ten seconds from one restart to the next (<c>RpcFunctionInvocationDispatcher</c> of azure-functions-host).
/// </summary>
internal sealed class RestartPolicy(TimeProvider time)
{
    private const int MaxCrashes = 3;
    private const int CannotStart = 1;
    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_betweenRestarts = TimeSpan.FromSeconds(10);

    private int _crashes;
    private bool _wasLoaded;
    private DateTimeOffset _lastCrash;
    private DateTimeOffset _nextRestart;

    /// <summary>Whether the crashes, and not a start that the app refused, are why no worker follows.</summary>
    public bool HasGivenUp => _crashes >= MaxCrashes;

    /// <summary>A worker has ended.</summary>
    /// <param name="stage">How far it came.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="wasStopped">Whether the host itself ended it, to start another.</param>
    /// <returns>How long to wait before the next start; null for no other worker.</returns>
    public TimeSpan? AfterEnd(WorkerStage stage, int exitCode, bool wasStopped)
    {
        _wasLoaded |= stage >= WorkerStage.Loaded;
        // More generous than the real host, which would start it twice more: an app that says why it cannot start will say so again.
        if (!_wasLoaded || (stage < WorkerStage.Ready && exitCode == CannotStart))
        {
            return null;
        }

        var now = time.GetUtcNow();
        // More generous than the real host again, which starts no other after a worker that ends with 0: a development host should stay up.
        if (!wasStopped && (exitCode != 0 || stage == WorkerStage.Starting))
        {
            _crashes = now - _lastCrash > s_memory ? 1 : _crashes + 1;
            _lastCrash = now;
        }

        if (HasGivenUp)
        {
            return null;
        }

        var pause = _nextRestart > now ? _nextRestart - now : TimeSpan.Zero;
        _nextRestart = now + pause + s_betweenRestarts;
        return pause;
    }
}
