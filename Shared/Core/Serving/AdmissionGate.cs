using System.Diagnostics.CodeAnalysis;

namespace Rill.Serving;

/// <summary>
/// Counts places (reserved, waiting and running sequences) and waiting prompt tokens, and refuses what exceeds the limits. A place is
/// counted from its reservation on, so a burst cannot pass a check that it has already made false. One prompt counts for half of the
/// tokens at most, and one within its place's even share is taken however many tokens wait: so no long prompt shuts out another, and no
/// number of long ones a short one. Thread-safe.
/// </summary>
internal sealed class AdmissionGate(int maxPlaces, int maxQueuedTokens)
{
    private readonly Lock _gate = new();
    private readonly ServiceRate _rate = new();
    private TaskCompletionSource? _emptied;
    private long _queuedTokens;
    private int _places;
    private int _running;
    private bool _closed;

    public int Running => Volatile.Read(ref _running);

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _places - _running;
            }
        }
    }

    public bool IsClosed => Volatile.Read(ref _closed);

    public bool TryEnter(int sequences, int promptTokens, [NotNullWhen(false)] out Rejection? rejection)
    {
        lock (_gate)
        {
            rejection = Check(sequences, promptTokens);
            if (rejection is not null)
            {
                return false;
            }

            _places += sequences;
            _queuedTokens += Counted(promptTokens);
            return true;
        }
    }

    /// <summary>A waiting prompt has another length than was estimated.</summary>
    public void CorrectTokens(int estimate, int promptTokens)
    {
        lock (_gate)
        {
            _queuedTokens += Counted(promptTokens) - Counted(estimate);
        }
    }

    /// <summary>A waiting sequence runs: its prompt no longer waits.</summary>
    public void Start(int promptTokens)
    {
        lock (_gate)
        {
            _running++;
            _queuedTokens -= Counted(promptTokens);
        }
    }

    /// <summary>Places are given back before they ran.</summary>
    public void Leave(int sequences, int promptTokens)
    {
        lock (_gate)
        {
            _queuedTokens -= Counted(promptTokens);
            Free(sequences);
        }
    }

    /// <summary>A running sequence ended after this many completion tokens.</summary>
    public void End(int completionTokens)
    {
        lock (_gate)
        {
            _running--;
            _rate.AddCompletion(completionTokens);
            Free(1);
        }
    }

    public void AddStep(int tokens, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _rate.AddStep(tokens, elapsed);
        }
    }

    /// <summary>Refuses everyone from now on.</summary>
    public void Close() => Volatile.Write(ref _closed, true);

    /// <summary>Completes when no place is taken.</summary>
    public Task WhenEmpty()
    {
        lock (_gate)
        {
            if (_places == 0)
            {
                return Task.CompletedTask;
            }

            _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _emptied.Task;
        }
    }

    private Rejection? Check(int sequences, int promptTokens)
    {
        if (IsClosed)
        {
            return new Rejection(RejectionReason.Draining, RetryAfterSeconds: 1);    // another instance may take it at once
        }

        var tooMany = _places + sequences > maxPlaces;
        var tooLong = promptTokens > maxQueuedTokens / maxPlaces && _queuedTokens + Counted(promptTokens) > maxQueuedTokens;
        return tooMany || tooLong ? new Rejection(RejectionReason.QueueFull, _rate.EstimateSeconds(_queuedTokens, _places)) : null;
    }

    private int Counted(int promptTokens) => Math.Min(promptTokens, (maxQueuedTokens + 1) / 2);

    private void Free(int sequences)
    {
        _places -= sequences;
        if (_places == 0)
        {
            _emptied?.TrySetResult();
            _emptied = null;
        }
    }
}
