namespace Rill.LocalHost;

/// <summary>Keeps one worker running: starts it, starts it again when it dies, and ends it.</summary>
internal sealed class WorkerSupervisor(HostSettings settings, RpcLogWriter logs) : IDisposable
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_silenceGrace = TimeSpan.FromSeconds(5);

    private readonly RestartPolicy _restarts = new(TimeProvider.System);
    private readonly TaskCompletionSource<IReadOnlyList<FunctionRoute>> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private volatile WorkerInstance? _current;
    private volatile WorkerInstance? _serving;
    private int _stops;

    /// <summary>The worker that takes requests, or null while there is none.</summary>
    public WorkerInstance? Serving => _serving;

    /// <summary>The functions, once a worker has loaded them.</summary>
    public Task<IReadOnlyList<FunctionRoute>> Loaded => _loaded.Task;

    /// <summary>Ends when the app has said for the first time that it is ready.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The worker with this id, if it is the one that was started last.</summary>
    public WorkerInstance? Find(string? workerId) => _current is { } current && current.Id == workerId ? current : null;

    /// <summary>
    /// Runs workers until <see cref="Stop"/>. The result is the process's exit code: 0 after a drain, otherwise that of a worker that no other
    /// follows (<see cref="RestartPolicy"/>), or 1 where that was 0.
    /// </summary>
    public async Task<int> RunAsync(Uri rpcAddress, Uri httpAddress)
    {
        while (!_stopping.IsCancellationRequested)
        {
            using var worker = new WorkerInstance(settings, logs);
            _current = worker;
            worker.Start(rpcAddress, httpAddress);
            End(worker, Volatile.Read(ref _stops)); // a stop that came before there was a process
            Console.WriteLine($"Worker process {worker.Process.Id} started.");
            var exitCode = await ServeAsync(worker, httpAddress);
            if (_stopping.IsCancellationRequested)
            {
                break;
            }

            if (_restarts.AfterEnd(worker.Stage, exitCode, worker.IsBeingReplaced) is not { } pause)
            {
                TellOfTheEnd(exitCode);
                return exitCode == 0 ? 1 : exitCode;
            }

            Console.Error.WriteLine($"Worker process {worker.Process.Id} has ended with exit code {exitCode}; starting another{After(pause)}.");
            await Task.Delay(pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return 0;
    }

    /// <summary>Drains and ends the worker, after which <see cref="RunAsync"/> returns; called a second time, kills it.</summary>
    public void Stop()
    {
        var stops = Interlocked.Increment(ref _stops);
        _stopping.Cancel();
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
            worker.IsBeingReplaced = true;
            worker.Process.Kill();
        }
    }

    /// <summary>Kills the worker, if one runs: the host itself ends, in whatever way.</summary>
    public void Kill()
    {
        if (_current is { Process: not null } worker)
        {
            worker.Process.Kill();
        }
    }

    public void Dispose() => _stopping.Dispose();

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
        if (!settings.PassesSignals)
        {
            await worker.WaitUntilIdleAsync(settings.ShutdownTimeout);
        }
        else if (worker.Process.TrySignalTermination())
        {
            await Task.WhenAny(worker.Process.Exited, Task.Delay(settings.ShutdownTimeout));
        }

        await worker.TerminateAsync();
    }

    // Returns the exit code when the process has ended.
    private async Task<int> ServeAsync(WorkerInstance worker, Uri httpAddress)
    {
        var exited = worker.Process.Exited;
        await Task.WhenAny(worker.Loaded, exited, Task.Delay(s_startTimeout));
        if (worker.Loaded.IsCompletedSuccessfully)
        {
            worker.Stage = WorkerStage.Loaded;
            _serving = worker;
            _loaded.TrySetResult(worker.Routes);
            await WatchAsync(worker, httpAddress);
        }
        else if (!exited.IsCompleted)
        {
            Console.Error.WriteLine(worker.Loaded.Exception?.GetBaseException().Message
                ?? $"The worker did not load its functions within {s_startTimeout.TotalSeconds} seconds.");
            worker.Process.Kill();
        }

        var exitCode = await exited;
        _serving = null;
        worker.FailAll();
        return exitCode;
    }

    // Returns when the process has ended, or will not go on by itself.
    private async Task WatchAsync(WorkerInstance worker, Uri httpAddress)
    {
        if (await ReadinessProbe.WaitAsync(httpAddress, worker.Routes, worker.Process.Exited))
        {
            worker.Stage = WorkerStage.Ready;
            _ready.TrySetResult();
        }

        await Task.WhenAny(worker.Process.Exited, worker.Silenced);
        if (await Task.WhenAny(worker.Process.Exited, Task.Delay(s_silenceGrace)) != worker.Process.Exited && !_stopping.IsCancellationRequested)
        {
            worker.Process.Kill(); // it speaks no more, and takes no requests
        }
    }

    private void TellOfTheEnd(int exitCode)
    {
        if (_restarts.HasGivenUp)
        {
            Console.Error.WriteLine($"The worker has crashed three times, the last time with exit code {exitCode}: giving up, as the real host does.");
        }
    }

    private static string After(TimeSpan pause) => pause == TimeSpan.Zero ? "" : $" in {pause.TotalSeconds:0} s";
}
