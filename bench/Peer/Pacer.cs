namespace Rill.Bench.Peer;

/// <summary>
/// Wakes all streams at once, again and again, as a model's step does; sleeps while there is no stream, as an engine without work.
/// </summary>
internal sealed class Pacer
{
    private readonly object _gate = new();
    private readonly TimeSpan _pace;
    private TaskCompletionSource _tick = NewTick();
    private int _streams;

    /// <summary>Starts the thread that keeps the pace.</summary>
    public Pacer(TimeSpan pace)
    {
        _pace = pace;
        new Thread(Run) { IsBackground = true, Name = "pacer" }.Start();
    }

    /// <summary>Ends at the next step.</summary>
    public Task NextTick => Volatile.Read(ref _tick).Task;

    /// <summary>Counts a stream in.</summary>
    public void Join()
    {
        lock (_gate)
        {
            _streams++;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Counts a stream out.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _streams--;
        }
    }

    private static TaskCompletionSource NewTick() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Run()
    {
        while (true)
        {
            WaitForStreams();
            Thread.Sleep(_pace);
            Interlocked.Exchange(ref _tick, NewTick()).SetResult();
        }
    }

    private void WaitForStreams()
    {
        lock (_gate)
        {
            while (_streams == 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
