using System.Diagnostics.CodeAnalysis;

namespace Rill.ModelStore.Transfers;

/// <summary>
/// The chunks of a model's weights on their way to one reader. They come in the order of the files, several at once, and no more of them are held
/// than a window has room for; what the reader waits for comes first, whatever the window says. A chunk stays while the reader may need it, and
/// until its file's hash has seen it; then its memory goes back, and it is fetched again if it is asked for again.
/// </summary>
/// <param name="reader">Reads chunks.</param>
/// <param name="chunkBytes">The size of all chunks but a file's last.</param>
/// <param name="parallelism">Chunks that are read at once.</param>
/// <param name="windowBytes">Most bytes that are held and that nobody waits for.</param>
/// <param name="source">Where they come from; disposed when the flow ends.</param>
internal sealed class ChunkFlow(ChunkReader reader, int chunkBytes, int parallelism, long windowBytes, IDisposable source) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<FlowingChunk> _chunks = [];
    private readonly List<FlowingChunk> _there = [];
    private readonly List<FlowingChunk> _pinned = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = NewSignal();
    private Task _workers = Task.CompletedTask;
    private CancellationTokenRegistration _cancellation;
    private Exception? _failure;
    private (int First, int Last) _wanted = (0, -1);
    private int _passed;      // the reader is done with the chunks before
    private int _following;   // the chunks before were read once, or never will be unless they are waited for
    private long _held;
    private bool _isOver;

    /// <summary>The size of all chunks but a file's last.</summary>
    public int ChunkBytes => chunkBytes;

    /// <summary>The most bytes that were held at once.</summary>
    public long MostHeld { get; private set; }

    /// <summary>Takes a file's chunks behind those of the files before it, and gives the number of the first.</summary>
    public int Add(StreamedMemory memory)
    {
        var first = _chunks.Count;
        var chunks = Chunk.Of(memory.File, chunkBytes).ToList();
        var hash = memory.File.Chunks is null ? new ArrivingHash(memory.File, memory.Described, chunks.Count) : null;
        _chunks.AddRange(chunks.Select(chunk => new FlowingChunk(chunk, memory, hash) { Number = first + chunk.Index }));
        return first;
    }

    /// <summary>Begins to read; all files have been added.</summary>
    /// <param name="cancellationToken">Ends the reading: whoever waits gets an <see cref="OperationCanceledException"/>.</param>
    public void Start(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.Register(_stop.Cancel);
        _workers = Task.WhenAll(Enumerable.Range(0, parallelism).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
    }

    /// <summary>Waits until some chunks are there; they stay until <see cref="Pass"/>.</summary>
    /// <exception cref="StoreException">They cannot be had.</exception>
    /// <exception cref="OperationCanceledException">The load was cancelled.</exception>
    public void Await(int first, int last)
    {
        lock (_lock)
        {
            for (var index = first; index <= last; index++)
            {
                _chunks[index].IsPinned = true;
                _pinned.Add(_chunks[index]);
            }

            _wanted = (first, last);
            Signal();
        }

        WaitUntil(() => AreThere(first, last));
    }

    /// <summary>The reader is done with all that it has awaited, and with the chunks before one.</summary>
    public void Pass(int chunk)
    {
        lock (_lock)
        {
            _wanted = (0, -1);
            _passed = Math.Max(_passed, chunk);
            _pinned.ForEach(one => one.IsPinned = false);
            _pinned.Clear();
            DropPassed();
            Signal();
        }
    }

    /// <summary>The reader is done with all; waits until every file that has only one hash for the whole was read and hashed.</summary>
    /// <exception cref="StoreException">A hash is wrong, or what is missing cannot be had.</exception>
    public void Complete()
    {
        Pass(_chunks.Count);
        WaitUntil(() => _chunks.TrueForAll(chunk => chunk.IsChecked));
    }

    /// <summary>Ends the reading, and waits until nothing is read any more: called before the memory goes.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _failure ??= new OperationCanceledException("The files were closed.");
            Signal();
        }

        _cancellation.Dispose();
        _stop.Cancel();
        _workers.GetAwaiter().GetResult();
        foreach (var hash in _chunks.Select(chunk => chunk.Hash).Distinct())
        {
            hash?.Dispose();
        }

        _stop.Dispose();
        source.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool AreThere(int first, int last)
    {
        for (var index = first; index <= last; index++)
        {
            if (_chunks[index].State != ChunkState.There)
            {
                return false;
            }
        }

        return true;
    }

    private void WaitUntil(Func<bool> isReached)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_failure is not null)
                {
                    throw Again(_failure);
                }

                if (isReached())
                {
                    return;
                }

                changed = _changed.Task;
            }

            changed.GetAwaiter().GetResult();
        }
    }

    /// <summary>A failure for each that waits: one exception thrown by several threads would tell of the last alone.</summary>
    private static Exception Again(Exception failure) =>
        failure is StoreException store ? new StoreException(store.Failure, store.Message, store) : new OperationCanceledException("The load was ended.", failure);

    /// <summary>Wakes all that wait for a change; the caller holds the lock.</summary>
    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends a worker has to reach the reader, which waits.")]
    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                FlowingChunk? next;
                Task changed;
                lock (_lock)
                {
                    if (_isOver || _failure is not null)
                    {
                        return;
                    }

                    (next, changed) = (Next(), _changed.Task);
                }

                await (next is null ? changed.WaitAsync(_stop.Token) : FetchAsync(next)).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                _failure ??= failure;
                Signal();
            }
        }
    }

    /// <summary>What to read next: what is waited for, else what comes next and has room. The caller holds the lock.</summary>
    private FlowingChunk? Next()
    {
        for (var index = _wanted.First; index <= _wanted.Last; index++)
        {
            if (_chunks[index].State == ChunkState.Absent)
            {
                return Begin(_chunks[index]);
            }
        }

        while (_following < _chunks.Count && IsSettled(_chunks[_following]))
        {
            _following++;
        }

        for (var index = _following; index < _chunks.Count; index++)
        {
            if (_chunks[index] is { State: ChunkState.Absent } chunk && !IsSettled(chunk))
            {
                return _held + chunk.Chunk.Length <= windowBytes ? Begin(chunk) : null;
            }
        }

        return null;
    }

    /// <summary>Of a file with one hash for the whole every chunk is needed once, also those that the reader does not want.</summary>
    private bool IsSettled(FlowingChunk chunk) => chunk.WasRead || (chunk.Number < _passed && chunk.IsChecked);

    private FlowingChunk Begin(FlowingChunk chunk)
    {
        chunk.State = ChunkState.OnItsWay;
        _held += chunk.Chunk.Length;
        MostHeld = Math.Max(MostHeld, _held);
        return chunk;
    }

    private async Task FetchAsync(FlowingChunk chunk)
    {
        var bytes = chunk.Memory.Slice(chunk.Chunk.Offset, chunk.Chunk.Length);
        await reader.ReadAsync(chunk.Chunk, bytes, _stop.Token).ConfigureAwait(false);
        chunk.Hash?.Add(chunk.Chunk.Index, bytes);
        lock (_lock)
        {
            (chunk.State, chunk.WasRead) = (ChunkState.There, true);
            _there.Add(chunk);
            DropPassed();
            Signal();
        }
    }

    /// <summary>Gives back what nobody needs any more. The caller holds the lock.</summary>
    private void DropPassed() => _there.RemoveAll(chunk =>
    {
        if (chunk.IsPinned || chunk.Number >= _passed || !chunk.IsChecked)
        {
            return false;
        }

        chunk.Memory.Drop(chunk.Chunk);
        chunk.State = ChunkState.Absent;
        _held -= chunk.Chunk.Length;
        return true;
    });
}
