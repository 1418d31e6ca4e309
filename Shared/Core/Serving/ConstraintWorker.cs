using System.Collections.Concurrent;

namespace Rill.Serving;

/// <summary>
/// Prepares constraints on one thread of the pool, part by part in turn, so that one that takes long keeps no other from its own. Thread-safe.
/// </summary>
/// <param name="wake">Called after each that is done; null for nothing.</param>
internal sealed class ConstraintWorker(Action? wake) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<ConstraintWork> _queue = new();
    private int _isRunning;

    /// <summary>Puts work at the end of the queue.</summary>
    public void Add(ConstraintWork work)
    {
        _queue.Enqueue(work);
        if (Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_queue.TryDequeue(out var work))
            {
                if (work.Continue())
                {
                    wake?.Invoke();
                }
                else
                {
                    _queue.Enqueue(work);
                }
            }

            Interlocked.Exchange(ref _isRunning, 0);
        }
        while (!_queue.IsEmpty && Interlocked.Exchange(ref _isRunning, 1) == 0);
    }
}

/// <summary>The preparation of a sequence's constraint for one of its tokens.</summary>
/// <param name="sequence">The sequence.</param>
/// <param name="length">The tokens before that one.</param>
/// <param name="preparation">What is to be done.</param>
internal sealed class ConstraintWork(Sequence sequence, int length, IPreparation preparation)
{
    private volatile bool _isDone;

    /// <summary>Tokens of the sequence before the one that it is for.</summary>
    public int Length => length;

    /// <summary>True when nothing is left to do: it is done, or has failed.</summary>
    public bool IsDone => _isDone;

    /// <summary>Does a part of it; true when nothing is left to do.</summary>
    public bool Continue()
    {
        try
        {
            _isDone = sequence.IsAborted || preparation.Continue();
        }
#pragma warning disable CA1031 // The step asks the constraint again, and what it throws there fails its sequence alone.
        catch (Exception)
#pragma warning restore CA1031
        {
            _isDone = true;
        }

        return _isDone;
    }
}
