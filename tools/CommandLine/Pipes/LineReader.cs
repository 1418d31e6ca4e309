namespace Rill.CommandLine.Pipes;

/// <summary>Reads lines as bytes, of any length, from a stream that may be a pipe.</summary>
/// <param name="input">Where the lines come from.</param>
/// <param name="beforeWait">
/// Called whenever more input is needed, since that may mean to wait: the time to flush what was answered so far.
/// </param>
internal sealed class LineReader(Stream input, Action beforeWait)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The next line without its newline, valid until the next call; false at the end. The last line needs no newline.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = _buffer.AsMemory(_start, searched + newline);
                _start += searched + newline + 1;
                return true;
            }

            if (_ended)
            {
                line = _buffer.AsMemory(_start, _end - _start);
                _start = _end;
                return !line.IsEmpty;
            }

            searched = _end - _start;
            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_end == Array.MaxLength)
            {
                throw new FailureException($"A line is longer than {Array.MaxLength} bytes.");
            }

            Array.Resize(ref _buffer, (int)Math.Min(2L * _end, Array.MaxLength));
        }

        beforeWait();
        var count = input.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        _ended = count == 0;
    }
}
