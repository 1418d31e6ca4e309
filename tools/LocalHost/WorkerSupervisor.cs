namespace Rill.LocalHost;

/// <summary>Keeps one worker running: starts it, starts it again when it dies, and ends it.</summary>
internal sealed class WorkerSupervisor(HostSettings settings, RpcLogWriter logs)
{
    private const int MaxFailedStarts = 3;
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkerInstance? _current;
    private volatile WorkerInstance? _serving;
    private int _stops;

    /// <summary>The worker that takes requests, or null while there is none.</summary>
    public WorkerInstance? Serving => _serving;

    /// <summary>Ends when the first worker has loaded its functions.</summary>
    public Task Ready => _ready.Task;

    private bool IsStopping => Volatile.Read(ref _stops) > 0;

    /// <summary>The worker with this id, if it is the one that was started last.</summary>
    public WorkerInstance? Find(string? workerId) => _current is { } current && current.Id == workerId ? current : null;

    /// <summary>
    /// Runs workers until <see cref="Stop"/>. The result is the process's exit code: 0 after a drain; that of a worker that
    /// ends before it ever served, which means a broken setting and is not tried again; or 1 for one that cannot be started again.
    /// </summary>
    public async Task<int> RunAsync(Uri rpcAddress, Uri httpAddress)
    {
        var failedStarts = 0;
        while (!IsStopping)
        {
            using var worker = new WorkerInstance(settings, logs);
            _current = worker;
            worker.Start(rpcAddress, httpAddress);
            End(worker, Interlocked.Add(ref _stops, 0)); // a stop that came before there was a process
            Console.WriteLine($"Worker process {worker.Process.Id} started.");
            var served = await ServeAsync(worker);
            var exitCode = await worker.Process.Exited;
            if (IsStopping)
            {
                break;
            }

            failedStarts = served ? 0 : failedStarts + 1;
            if (!Ready.IsCompletedSuccessfully || failedStarts == MaxFailedStarts)
            {
                return exitCode == 0 ? 1 : exitCode;
            }

            // The real host does not restart a worker that ends with code 0; a development host that stays up is of more use.
            Console.Error.WriteLine($"Worker process {worker.Process.Id} has ended with exit code {exitCode}; starting another.");
            await Task.Delay(Delay(failedStarts));
        }

        return 0;
    }

    /// <summary>Drains and ends the worker, after which <see cref="RunAsync"/> returns; called a second time, kills it.</summary>
    public void Stop()
    {
        var stops = Interlocked.Increment(ref _stops);
        if (_current is { Process: not null } worker)
        {
            End(worker, stops);
        }
    }

    /// <summary>Kills the worker that serves, if it is still this one; <see cref="RunAsync"/> then starts another.</summary>
    public void Restart(WorkerInstance worker)
    {
        if (Interlocked.CompareExchange(ref _serving, null, worker) == worker)
        {
            worker.Process.Kill();
        }
    }

    private void End(WorkerInstance worker, int stops)
    {
        if (stops == 1)
        {
            _ = DrainAsync(worker);
        }
        else if (stops > 1)
        {
            worker.Process.Kill();
        }
    }

    // Passes SIGTERM on, so that the app drains, and after the shutdown timeout ends the worker as the real host does.
    // (The real host passes no signal on, and closes its own port at once. Here new requests still reach the app, which refuses them.)
    private async Task DrainAsync(WorkerInstance worker)
    {
        if (worker.Process.TrySignalTermination())
        {
            await Task.WhenAny(worker.Process.Exited, Task.Delay(settings.ShutdownTimeout));
        }

        await worker.TerminateAsync();
    }

    // True if the worker came as far as to serve. It returns when the process has ended.
    private async Task<bool> ServeAsync(WorkerInstance worker)
    {
        await Task.WhenAny(worker.Loaded, worker.Process.Exited, Task.Delay(s_startTimeout));
        var loaded = worker.Loaded.IsCompletedSuccessfully;
        if (loaded)
        {
            _serving = worker;
            _ready.TrySetResult();
        }
        else if (!worker.Process.Exited.IsCompleted)
        {
            Console.Error.WriteLine(worker.Loaded.Exception?.GetBaseException().Message
                ?? $"The worker did not load its functions within {s_startTimeout.TotalSeconds} seconds.");
            worker.Process.Kill();
        }

        await worker.Process.Exited;
        _serving = null;
        worker.FailAll();
        return loaded;
    }

    private static TimeSpan Delay(int failedStarts) =>
        failedStarts == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(s_maxDelay.Ticks, s_firstDelay.Ticks << failedStarts));
}
