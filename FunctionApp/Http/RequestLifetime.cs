using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Rill.FunctionApp.Http;

/// <summary>Why a request ended before its answer did.</summary>
internal enum EndCause
{
    /// <summary>It has not ended early.</summary>
    None,

    /// <summary>The client closed its connection.</summary>
    ClientGone,

    /// <summary>The client has read nothing for the write timeout.</summary>
    ReaderStalled,

    /// <summary>The host cancelled the invocation (function timeout, host stop).</summary>
    FunctionCancelled,

    /// <summary>The request's deadline passed.</summary>
    Deadline,
}

/// <summary>
/// One linked token for every way in which a request can end early: client gone, invocation cancelled, deadline.
/// The first cause is kept. (A shutdown ends sequences in the engine.)
/// </summary>
internal sealed class RequestLifetime : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly CancellationTokenSource _source = new();
    private readonly List<IDisposable> _parts = [];
    private int _cause;

    /// <summary>Links the request's own tokens and its deadline (<paramref name="limit"/>, null for none).</summary>
    public RequestLifetime(HttpContext http, FunctionContext function, TimeSpan? limit, TimeProvider time)
    {
        _time = time;
        _began = time.GetTimestamp();
        Link(EndCause.ClientGone, http.RequestAborted);
        Link(EndCause.FunctionCancelled, function.CancellationToken);
        if (limit is { } deadline)
        {
            EndAfter(deadline);
        }
    }

    /// <summary>Cancelled when the request ends early.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>How long the request has been here.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_began);

    /// <summary>Why the token was cancelled.</summary>
    public EndCause Cause => (EndCause)Volatile.Read(ref _cause);

    /// <summary>Gives the request a deadline, counted from its beginning, beside those that it has.</summary>
    public void EndAfter(TimeSpan limit)
    {
        var left = limit - Age;
        _parts.Add(_time.CreateTimer(_ => End(EndCause.Deadline), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Ends the request for a cause that the caller saw itself.</summary>
    public void End(EndCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)EndCause.None) != (int)EndCause.None)
        {
            return;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer was complete an instant before the cause came.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Dispose();
        }

        _source.Dispose();
    }

    private void Link(EndCause cause, CancellationToken token) => _parts.Add(token.UnsafeRegister(_ => End(cause), null));
}
