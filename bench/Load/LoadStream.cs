using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rill.Bench.Load;

/// <summary>One request on a connection of its own, with the moment at which everything of its answer arrived.</summary>
internal sealed class LoadStream : IDisposable
{
    private static readonly byte[] _buffer = new byte[256 * 1024];

    private readonly HttpResponseReader _reader;
    private long _now;

    /// <summary>Connects, sends the request and starts the clock when it has been sent.</summary>
    public LoadStream(IPEndPoint server, ReadOnlySpan<byte> request, int expectedEvents = 1_024)
    {
        _reader = new HttpResponseReader(OnEvent);
        Arrivals = new List<Arrival>(expectedEvents);
        Socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket.Connect(server);
        Sent = Stopwatch.GetTimestamp();
        Socket.Send(request);
    }

    /// <summary>The connection, for polling.</summary>
    public Socket Socket { get; }

    /// <summary>When the request was sent.</summary>
    public long Sent { get; }

    /// <summary>When the first byte of the answer came; 0 before.</summary>
    public long FirstByte { get; private set; }

    /// <summary>The content chunks, in order.</summary>
    public List<Arrival> Arrivals { get; }

    /// <summary>The whole event of the first chunk with one character of content, blank line included; empty before.</summary>
    public byte[] SingleContentEvent { get; private set; } = [];

    /// <summary>Completion tokens as the usage chunk tells them; 0 without one.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>When the answer was complete; 0 before.</summary>
    public long EndedAt { get; private set; }

    /// <summary>True when the answer is complete.</summary>
    public bool Ended => EndedAt != 0;

    /// <summary>The answer's status code; 0 until its headers are there.</summary>
    public int Status => _reader.Status;

    /// <summary>Reads what has arrived; called when the socket is readable.</summary>
    /// <exception cref="InvalidDataException">The server answered with an error or hung up before the end.</exception>
    public void Read()
    {
        var count = Socket.Receive(_buffer);
        _now = Stopwatch.GetTimestamp();
        FirstByte = FirstByte == 0 ? _now : FirstByte;
        _reader.Feed(_buffer.AsSpan(0, count));
        if (_reader.Status is not (0 or 200))
        {
            throw new InvalidDataException($"The server answered {_reader.Status}: {_reader.Rest}");
        }

        if (count == 0 && !_reader.Ended)
        {
            throw new InvalidDataException($"The server hung up before the end of its answer. {_reader.Rest}");
        }

        EndedAt = _reader.Ended ? _now : 0;
    }

    /// <summary>Milliseconds between neighbouring content chunks that both arrived in [from, to].</summary>
    public IEnumerable<double> Gaps(long from, long to)
    {
        var inside = Arrivals.Where(arrival => arrival.At >= from && arrival.At <= to).ToList();
        return inside.Zip(inside.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one.At, next.At).TotalMilliseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private void OnEvent(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith("data: {\"error\""u8))
        {
            throw new InvalidDataException($"The stream failed: {Encoding.UTF8.GetString(data)}");
        }

        var length = ChatEvent.ContentLength(data);
        if (length > 0)
        {
            SingleContentEvent = length == 1 && SingleContentEvent.Length == 0 ? [.. data, .. "\n\n"u8] : SingleContentEvent;
            Arrivals.Add(new Arrival(_now, length));
        }

        CompletionTokens = Math.Max(CompletionTokens, ChatEvent.CompletionTokens(data));
    }
}

/// <summary>One content chunk.</summary>
/// <param name="At">When it had arrived whole, in ticks of the stopwatch.</param>
/// <param name="Characters">Characters of content in it; with the scripted model's byte tokenizer, tokens.</param>
internal readonly record struct Arrival(long At, int Characters);
