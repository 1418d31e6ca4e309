using System.Collections.Concurrent;

namespace Rill.Serving;

/// <summary>
/// Wakes a step's readers with a few thread-pool items instead of one for each: queueing an item may cost a system call, and a step
/// can have tokens for a thousand readers. The queue is shared from step to step, so a reader that blocks its thread delays the
/// others by one step at most. Filled and flushed by the engine's thread.
/// </summary>
internal sealed class ReaderDispatch : IThreadPoolWorkItem
{
    private const int ReadersPerItem = 16;    // a woken reader writes one event: some ten microseconds

    private readonly ConcurrentQueue<TokenMailbox> _woken = new();
    private int _added;

    /// <summary>Notes a mailbox whose reader is to go on.</summary>
    public void Add(TokenMailbox mailbox)
    {
        _woken.Enqueue(mailbox);
        _added++;
    }

    /// <summary>Lets the noted readers go on, on the thread pool.</summary>
    public void Flush()
    {
        var items = Math.Min((_added + ReadersPerItem - 1) / ReadersPerItem, Environment.ProcessorCount);
        for (; items > 0; items--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        _added = 0;
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (_woken.TryDequeue(out var mailbox))
        {
            mailbox.Resume();
        }
    }
}
