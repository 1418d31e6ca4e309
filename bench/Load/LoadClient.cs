using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Rill.Bench.Load;

/// <summary>
/// Reads any number of streams on the calling thread: one poll for all sockets, one receive for each that has something. It takes
/// little of the machine that it shares with the server, and what it takes is the same for every server it is pointed at.
/// </summary>
internal sealed class LoadClient(IPEndPoint server) : IDisposable
{
    private static readonly TimeSpan _longestPoll = TimeSpan.FromMilliseconds(20);

    private readonly List<LoadStream> _streams = [];
    private readonly List<Socket> _readable = [];

    /// <summary>The streams opened and not closed.</summary>
    public IReadOnlyList<LoadStream> Streams => _streams;

    /// <summary>Opens a stream.</summary>
    public LoadStream Open(ReadOnlySpan<byte> request)
    {
        var stream = new LoadStream(server, request);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Reads for a time.</summary>
    public void PumpFor(TimeSpan time)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            PumpOnce(time - Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>Reads until the condition holds.</summary>
    /// <exception cref="TimeoutException">It does not hold within the limit.</exception>
    public void PumpUntil(Func<bool> condition, TimeSpan limit)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition();)
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"{_streams.Count(stream => !stream.Ended)} streams did not get where they should in {limit.TotalSeconds:0} s.");
            }

            PumpOnce(_longestPoll);
        }
    }

    /// <summary>Hangs up on every stream.</summary>
    public void CloseAll()
    {
        _streams.ForEach(stream => stream.Dispose());
        _streams.Clear();
    }

    /// <summary>Hangs up on one stream.</summary>
    public void Close(LoadStream stream)
    {
        stream.Dispose();
        _streams.Remove(stream);
    }

    /// <inheritdoc/>
    public void Dispose() => CloseAll();

    private void PumpOnce(TimeSpan limit)
    {
        var wait = TimeSpan.FromTicks(Math.Clamp(limit.Ticks, 0, _longestPoll.Ticks));
        _readable.Clear();
        foreach (var stream in _streams)
        {
            if (!stream.Ended)
            {
                _readable.Add(stream.Socket);
            }
        }

        if (_readable.Count == 0)
        {
            Thread.Sleep(wait);
            return;
        }

        Socket.Select(_readable, null, null, wait);
        foreach (var stream in _streams)
        {
            // Select keeps the order of the sockets, so one pass finds the stream of each.
            if (_readable.Count > 0 && _readable[0] == stream.Socket)
            {
                _readable.RemoveAt(0);
                stream.Read();
            }
        }
    }
}
