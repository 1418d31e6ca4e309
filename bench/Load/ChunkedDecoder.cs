using System.Globalization;

namespace Rill.Bench.Load;

/// <summary>Takes HTTP/1.1 chunked framing off a body as its bytes arrive; they may be cut anywhere.</summary>
internal sealed class ChunkedDecoder(Action<ReadOnlySpan<byte>> onData)
{
    private const int LongestSizeLine = 64;

    private readonly byte[] _line = new byte[LongestSizeLine];
    private State _state;
    private int _lineLength;
    private int _left;

    private enum State { Size, Data, DataEnd, Trailer, Ended }

    /// <summary>True once the last chunk and its trailer have been read.</summary>
    public bool Ended => _state == State.Ended;

    /// <summary>Reads more of the body.</summary>
    /// <exception cref="InvalidDataException">The framing is broken.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && !Ended)
        {
            if (_state == State.Data)
            {
                var take = Math.Min(_left, bytes.Length);
                onData(bytes[..take]);
                bytes = bytes[take..];
                _left -= take;
                _state = _left == 0 ? State.DataEnd : State.Data;
            }
            else
            {
                FeedLine(bytes[0]);
                bytes = bytes[1..];
            }
        }
    }

    private void FeedLine(byte value)
    {
        if (value != (byte)'\n')
        {
            if (_lineLength == LongestSizeLine)
            {
                throw new InvalidDataException("A line of the chunked framing is too long.");
            }

            _line[_lineLength++] = value;
            return;
        }

        var line = _line.AsSpan(0, _lineLength).TrimEnd((byte)'\r');
        _lineLength = 0;
        switch (_state)
        {
            case State.Size:
                var end = line.IndexOf((byte)';');
                _left = int.Parse(end < 0 ? line : line[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                _state = _left == 0 ? State.Trailer : State.Data;
                break;
            case State.DataEnd:
                _state = State.Size;
                break;
            case State.Trailer when line.IsEmpty:
                _state = State.Ended;
                break;
        }
    }
}
