using System.Collections.Concurrent;

namespace Rill.Serving;

/// <summary>Adapters that are to be unloaded once no sequence names them. The engine's thread owns all but <see cref="Add"/>.</summary>
internal sealed class AdapterUnloads(IModelRunner runner, Scheduler scheduler)
{
    private readonly ConcurrentQueue<(int Number, TaskCompletionSource Unloaded)> _added = new();
    private readonly List<(int Number, TaskCompletionSource Unloaded)> _pending = [];
    private volatile bool _ended;

    /// <summary>Notes an adapter, from any thread; the task ends when it is unloaded.</summary>
    public Task Add(int number)
    {
        var unloaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _added.Enqueue((number, unloaded));
        if (_ended)
        {
            unloaded.TrySetResult();    // nobody dequeues any more
        }

        return unloaded.Task;
    }

    /// <summary>At the boundary of a step: unloads those that nothing names any more.</summary>
    public void Run()
    {
        TakeAdded();
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            var (number, unloaded) = _pending[i];
            if (!scheduler.Names(number))
            {
                runner.UnloadAdapter(number);
                _pending.RemoveAt(i);
                unloaded.TrySetResult();
            }
        }
    }

    /// <summary>The runner is disposed, and its adapters with it.</summary>
    public void End()
    {
        _ended = true;
        TakeAdded();
        _pending.ForEach(entry => entry.Unloaded.TrySetResult());
    }

    private void TakeAdded()
    {
        while (_added.TryDequeue(out var entry))
        {
            _pending.Add(entry);
        }
    }
}
