using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Rill.OpenAI;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>
/// One response's event stream: events and, after a silence, comments. The lock keeps a comment of the timer from landing inside an
/// event; without contention it costs a few nanoseconds.
/// </summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpContext _http;
    private readonly TimeSpan _writeTimeout;
    private readonly RequestLifetime _lifetime;
    private readonly RillMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TimeSpan _heartbeat;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SseWriter? _writer;
    private ITimer? _timer;
    private long _lastWrite;

    /// <summary>Prepares a stream on a response that has not started.</summary>
    public EventStream(HttpContext http, RequestLifetime lifetime, RillOptions options, RillMetrics metrics, TimeProvider time)
    {
        _http = http;
        _lifetime = lifetime;
        _metrics = metrics;
        _time = time;
        _heartbeat = TimeSpan.FromSeconds(options.HeartbeatSeconds);
        _writeTimeout = TimeSpan.FromSeconds(options.WriteTimeoutSeconds);
    }

    /// <summary>True once the headers were sent, or are being sent.</summary>
    public bool HasStarted => _writer is not null;

    /// <summary>Sends the headers at once and starts the heartbeat (contract B.8 to B.10). Does nothing when that was done.</summary>
    public async ValueTask StartAsync()
    {
        if (HasStarted)
        {
            return;
        }

        _writer = new SseWriter(_http.Response.BodyWriter, _writeTimeout, _time);
        var response = _http.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        _http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(_lifetime.Token);
        await response.BodyWriter.FlushAsync(_lifetime.Token);
        _metrics.TimeToHeaders.Record(_lifetime.Age.TotalSeconds);
        _lastWrite = _time.GetTimestamp();
        _timer = _time.CreateTimer(_ => _ = BeatAsync(), null, _heartbeat, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits for the turn to write. Events written until the turn is disposed go out together, with its flush.</summary>
    public async ValueTask<Turn> BeginAsync()
    {
        await _turn.WaitAsync(_lifetime.Token);
        return new Turn(this);
    }

    /// <summary>Sends a comment.</summary>
    public async ValueTask CommentAsync(string text)
    {
        using var turn = await BeginAsync();
        turn.Writer.WriteComment(text);
        await turn.FlushAsync();
    }

    /// <summary>
    /// The end of a failed stream: error frame, flush, short wait, abort; the only ending that both official SDKs notice
    /// (contract M1 to M3, B.8). With <see cref="ErrorEnding.Done"/> the stream ends cleanly instead.
    /// </summary>
    public async ValueTask FailAsync(ApiError error, ErrorEnding ending)
    {
        var dialect = ErrorDialect.Of(_http.Request);
        await _turn.WaitAsync();
        try
        {
            dialect.WriteEvent(_http, _writer!, error);
            if (ending == ErrorEnding.Done && dialect.KnowsDone)
            {
                _writer!.WriteDone();
            }

            await _writer!.FlushAsync(CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }

        if (ending == ErrorEnding.Abort)
        {
            await _http.CutAsync(_time);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        // A comment may still be on its way; the response must not end under it.
        await _turn.WaitAsync();
    }

    private async ValueTask FlushAsync()
    {
        await _writer!.FlushAsync(_lifetime.Token);
        _lastWrite = _time.GetTimestamp();
    }

    private async Task BeatAsync()
    {
        var silence = _time.GetElapsedTime(Volatile.Read(ref _lastWrite));
        if (silence >= _heartbeat && await _turn.WaitAsync(TimeSpan.Zero))
        {
            try
            {
                _writer!.WritePing();
                await FlushAsync();
                _metrics.Pings.Add(1);
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException)
            {
                _lifetime.End(failure is WriteTimeoutException ? EndCause.ReaderStalled : EndCause.ClientGone);
                return;
            }
            finally
            {
                _turn.Release();
            }

            silence = TimeSpan.Zero;
        }

        var next = silence < _heartbeat ? _heartbeat - silence : _heartbeat;
        _timer?.Change(next, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The right to write, until disposed.</summary>
    internal readonly struct Turn(EventStream stream) : IDisposable
    {
        /// <summary>Where events go.</summary>
        public SseWriter Writer => stream._writer!;

        /// <summary>Sends what was written.</summary>
        public ValueTask FlushAsync() => stream.FlushAsync();

        /// <inheritdoc/>
        public void Dispose() => stream._turn.Release();
    }
}
