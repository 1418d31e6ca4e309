using System.Globalization;
using System.Text;

namespace Rill.Bench.Load;

/// <summary>Reads one HTTP/1.1 response as its bytes arrive and hands on its server-sent events, each without its blank line.</summary>
internal sealed class HttpResponseReader
{
    private readonly Action<ReadOnlySpan<byte>> _onEvent;
    private readonly ChunkedDecoder _chunks;
    private byte[] _pending = new byte[4096];
    private int _length;
    private bool _chunked;
    private long _bodyLeft = long.MaxValue;

    /// <summary>Prepares to read; the span given to <paramref name="onEvent"/> is valid during the call only.</summary>
    public HttpResponseReader(Action<ReadOnlySpan<byte>> onEvent)
    {
        _onEvent = onEvent;
        _chunks = new ChunkedDecoder(FeedBody);
    }

    /// <summary>The status code; 0 until the headers are complete.</summary>
    public int Status { get; private set; }

    /// <summary>True once the whole body has been read.</summary>
    public bool Ended => Status != 0 && (_chunked ? _chunks.Ended : _bodyLeft == 0);

    /// <summary>What has been read and not handed on yet: of a response without events, its body.</summary>
    public string Rest => Encoding.UTF8.GetString(_pending, 0, _length);

    /// <summary>Reads more of the response.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (Status != 0)
        {
            FeedFramed(bytes);
            return;
        }

        Append(bytes);
        var end = _pending.AsSpan(0, _length).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return;
        }

        ReadHeaders(Encoding.ASCII.GetString(_pending, 0, end));
        var body = _pending.AsSpan(end + 4, _length - end - 4).ToArray();
        _length = 0;
        FeedFramed(body);
    }

    private void ReadHeaders(string head)
    {
        var lines = head.Split("\r\n");
        Status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                _chunked = value.Equals("chunked", StringComparison.OrdinalIgnoreCase);
            }
            else if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                _bodyLeft = long.Parse(value, CultureInfo.InvariantCulture);
            }
        }
    }

    private void FeedFramed(ReadOnlySpan<byte> bytes)
    {
        if (_chunked)
        {
            _chunks.Feed(bytes);
            return;
        }

        _bodyLeft -= bytes.Length;
        FeedBody(bytes);
    }

    private void FeedBody(ReadOnlySpan<byte> bytes)
    {
        Append(bytes);
        var rest = _pending.AsSpan(0, _length);
        for (var end = rest.IndexOf("\n\n"u8); end >= 0; end = rest.IndexOf("\n\n"u8))
        {
            _onEvent(rest[..end]);
            rest = rest[(end + 2)..];
        }

        rest.CopyTo(_pending);
        _length = rest.Length;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (_length + bytes.Length > _pending.Length)
        {
            Array.Resize(ref _pending, _pending.Length * 2);
        }

        bytes.CopyTo(_pending.AsSpan(_length));
        _length += bytes.Length;
    }
}
