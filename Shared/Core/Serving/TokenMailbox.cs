using System.Threading.Tasks.Sources;

namespace Rill.Serving;

/// <summary>
/// Carries one sequence's tokens from the engine's thread to its single reader. Tokens pile up until they are read and are then taken
/// all at once. A wake-up is a thread-pool item without allocation, so the engine's thread never runs a reader's code.
/// </summary>
internal sealed class TokenMailbox : IValueTaskSource<TokenBatch>, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly int _pauseAfter;
    private readonly Action? _resumed;
    private ManualResetValueTaskSourceCore<bool> _wake;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancelled;
    private TokenBuffer _filling = new();
    private TokenBuffer _read = new();
    private SequenceFinish? _finish;
    private Exception? _fault;
    private bool _waiting;
    private bool _ended;

    /// <param name="pauseAfter">Unread tokens at which the sequence counts as paused; int.MaxValue for never.</param>
    /// <param name="resumed">Called, on the reader's thread, when a full mailbox has been emptied.</param>
    public TokenMailbox(int pauseAfter = int.MaxValue, Action? resumed = null)
    {
        _pauseAfter = pauseAfter;
        _resumed = resumed;
    }

    /// <summary>True while the reader is too far behind.</summary>
    public bool IsFull => IsFullWith(0);

    private bool HasBatch => _filling.Count > 0 || (_finish is not null && !_ended);

    /// <summary>True when the reader is too far behind once so many more tokens are there.</summary>
    public bool IsFullWith(int awaited) => Volatile.Read(ref _filling).Count + awaited >= _pauseAfter;

    /// <summary>
    /// Adds tokens and possibly the finish; nothing without either. A waiting reader is woken with the dispatch's others, or at once
    /// without one. True when these tokens made the mailbox full.
    /// </summary>
    public bool Post(ReadOnlySpan<SampledToken> tokens, SequenceFinish? finish, ReaderDispatch? dispatch = null)
    {
        bool wake, filled;
        lock (_gate)
        {
            if (_fault is not null || (tokens.IsEmpty && finish is null))
            {
                return false;
            }

            var wasFull = IsFull;
            _filling.Add(tokens);
            _finish = finish;
            filled = IsFull && !wasFull && finish is null;
            wake = _waiting;
            _waiting = false;
        }

        if (wake && dispatch is not null)
        {
            dispatch.Add(this);
        }
        else
        {
            WakeReader(wake);
        }

        return filled;
    }

    /// <summary>
    /// Ends the stream with an exception. After a fault the unread tokens are read first; after a cancellation nobody wants them.
    /// No effect on a finished stream.
    /// </summary>
    public void Fail(Exception fault)
    {
        bool wake;
        lock (_gate)
        {
            if (_finish is not null || _fault is not null)
            {
                return;
            }

            _fault = fault;
            if (fault is OperationCanceledException)
            {
                _filling.Clear();
            }

            wake = _waiting;
            _waiting = false;
        }

        WakeReader(wake);
    }

    /// <summary>Takes all tokens, waiting for at least one or the finish. One read at a time.</summary>
    public ValueTask<TokenBatch> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting)
            {
                throw new InvalidOperationException("A stream has one reader, and it has not finished its previous read.");
            }

            if (HasBatch)
            {
                return new(Take());
            }

            if (_fault is not null)
            {
                return ValueTask.FromException<TokenBatch>(_fault);
            }

            if (_ended)
            {
                throw new InvalidOperationException("The stream has ended: its last batch carried the finish.");
            }

            _wake.Reset();
            _cancelled = default;
            _waiting = true;
        }

        if (cancellationToken.CanBeCanceled)
        {
            // Outside of the lock: a token that is cancelled already runs the callback here.
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((TokenMailbox)state!).CancelRead(token), this);
        }

        return new ValueTask<TokenBatch>(this, _wake.Version);
    }

    /// <summary>Runs the woken reader on this thread.</summary>
    public void Resume() => _wake.SetResult(true);

    ValueTaskSourceStatus IValueTaskSource<TokenBatch>.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource<TokenBatch>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _wake.OnCompleted(continuation, state, token, flags);

    TokenBatch IValueTaskSource<TokenBatch>.GetResult(short token)
    {
        _wake.GetResult(token);
        _registration.Unregister();
        _registration = default;
        lock (_gate)
        {
            _cancelled.ThrowIfCancellationRequested();
            return HasBatch || _fault is null ? Take() : throw _fault;
        }
    }

    void IThreadPoolWorkItem.Execute() => Resume();

    private void CancelRead(CancellationToken cancellationToken)
    {
        bool wake;
        lock (_gate)
        {
            wake = _waiting;
            _waiting = false;
            if (wake)
            {
                _cancelled = cancellationToken;
            }
        }

        WakeReader(wake);
    }

    private void WakeReader(bool wake)
    {
        if (wake)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private TokenBatch Take()
    {
        // Empty before it is seen: the engine, which looks without the lock, must not take tokens that were read before for unread ones.
        _read.Clear();
        var filled = _filling;
        Volatile.Write(ref _filling, _read);
        _read = filled;
        _ended = _finish is not null;
        if (_read.Count >= _pauseAfter)
        {
            _resumed?.Invoke();
        }

        return _read.ToBatch(_finish);
    }
}
