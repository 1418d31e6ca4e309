using System.Text;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Reads an event stream frame by frame from a raw connection.</summary>
internal sealed class SseStream : IAsyncDisposable
{
    private readonly RawConnection _connection;
    private readonly Queue<SseFrame> _frames = new();
    private readonly List<SseFrame> _taken = [];
    private readonly List<byte> _partial = [];
    private readonly RillServer _server;
    private TimeSpan _silence;    // since the last frame with data

    private SseStream(RillServer server, RawConnection connection, RawHead head) => (_server, _connection, Head) = (server, connection, head);

    /// <summary>Status and headers.</summary>
    public RawHead Head { get; }

    /// <summary>The connection, for tests that misbehave.</summary>
    public RawConnection Connection => _connection;

    /// <summary>Time since the request was sent.</summary>
    public TimeSpan Elapsed => _connection.Elapsed;

    /// <summary>Posts a chat request and waits for the headers.</summary>
    public static Task<SseStream> OpenAsync(
        RillServer server, string json, int? receiveBuffer = null, params (string Name, string Value)[] headers) =>
        OpenAtAsync(server, ChatJson.Path, json, receiveBuffer, headers);

    /// <summary>Posts a request to a path and waits for the headers.</summary>
    public static async Task<SseStream> OpenAtAsync(
        RillServer server, string path, string json, int? receiveBuffer = null, params (string Name, string Value)[] headers)
    {
        var connection = await RawConnection.ConnectAsync(server.BaseUri, receiveBuffer);
        await connection.SendAsync("POST", path, json, headers);
        using var timeout = new CancellationTokenSource(RillServerRequests.Patience);
        return new SseStream(server, connection, await connection.ReadHeadAsync(timeout.Token));
    }

    /// <summary>The next frame, or null after a clean end of the body.</summary>
    /// <exception cref="IOException">The connection was cut.</exception>
    /// <exception cref="TimeoutException">Nothing, or nothing but comments, came for as long as a test has patience.</exception>
    public async Task<SseFrame?> NextAsync(CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = Elapsed;
        timeout.CancelAfter(_silence < RillServerRequests.Patience ? RillServerRequests.Patience - _silence : TimeSpan.Zero);
        try
        {
            while (_frames.Count == 0)
            {
                var bytes = await _connection.ReadBodyAsync(timeout.Token);
                if (bytes.Length == 0)
                {
                    Assert.Empty(_partial);
                    return null;
                }

                Split(bytes.Span);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"No data came for {RillServerRequests.Patience}, after {_taken.Count} frames. The host (process {_server.Process.Id}) said last:\n{_server.Process.Text}");
        }

        var frame = _frames.Dequeue();
        _silence = frame.IsComment ? _silence + (Elapsed - asked) : TimeSpan.Zero;
        _taken.Add(frame);
        return frame;
    }

    /// <summary>Reads this many data frames, leaving comments out.</summary>
    public async Task<List<SseFrame>> TakeAsync(int count)
    {
        var frames = new List<SseFrame>();
        while (frames.Count < count)
        {
            var frame = await NextAsync() ?? throw new InvalidOperationException($"The stream ended after {frames.Count} of {count} frames.");
            if (!frame.IsComment)
            {
                frames.Add(frame);
            }
        }

        return frames;
    }

    /// <summary>Reads to the end, whichever end that is. The transcript begins with what was taken before.</summary>
    public async Task<SseTranscript> ReadToEndAsync()
    {
        var endedCleanly = true;
        try
        {
            while (await NextAsync() is not null)
            {
            }
        }
        catch (IOException)
        {
            endedCleanly = false;
        }

        return new SseTranscript(Head, [.. _taken], endedCleanly, Elapsed);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Split(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value == '\n' && _partial is [.., (byte)'\n'])
            {
                _partial.RemoveAt(_partial.Count - 1);
                _frames.Enqueue(new SseFrame(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. _partial]), Elapsed));
                _partial.Clear();
            }
            else
            {
                _partial.Add(value);
            }
        }
    }
}
