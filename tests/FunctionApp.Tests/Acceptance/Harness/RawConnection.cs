using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>
/// One HTTP/1.1 exchange over a bare socket, so that a test sees what is really on the wire and when, and can misbehave: read slowly or
/// not at all, close in the middle.
/// </summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly Stopwatch _clock = new();
    private int _start;
    private int _end;
    private long _chunkLeft;
    private bool _betweenChunks;

    private RawConnection(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Time since the request was sent.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Connects; a small receive buffer makes a slow reader felt early.</summary>
    public static async Task<RawConnection> ConnectAsync(Uri server, int? receiveBuffer = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(server.Host, server.Port);
        return new RawConnection(socket);
    }

    /// <summary>Sends a whole request and starts the clock.</summary>
    public async Task SendAsync(string method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        var body = Encoding.UTF8.GetBytes(json ?? "");
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        if (json is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        }

        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        _clock.Restart();
        await _stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body]);
    }

    /// <summary>Sends more bytes as they are.</summary>
    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    /// <summary>Reads status line and headers.</summary>
    public async Task<RawHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var status = int.Parse((await ReadLineAsync(cancellationToken)).Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return new RawHead(status, headers, Elapsed);
    }

    /// <summary>
    /// The next bytes of a chunked body; empty at its terminal zero chunk.
    /// </summary>
    /// <exception cref="IOException">The connection ended before the zero chunk.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadBodyAsync(CancellationToken cancellationToken)
    {
        if (_chunkLeft == 0)
        {
            if (_betweenChunks)
            {
                await ReadLineAsync(cancellationToken);
            }

            var size = await ReadLineAsync(cancellationToken);
            _chunkLeft = long.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _betweenChunks = true;
            if (_chunkLeft == 0)
            {
                return ReadOnlyMemory<byte>.Empty;
            }
        }

        if (_start == _end)
        {
            await FillAsync(cancellationToken);
        }

        var count = (int)Math.Min(_chunkLeft, _end - _start);
        var bytes = _buffer[_start..(_start + count)];
        _start += count;
        _chunkLeft -= count;
        return bytes;
    }

    /// <summary>Reads a body that has a Content-Length, or that is chunked.</summary>
    public async Task<string> ReadTextAsync(RawHead head, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        if (!head.Headers.TryGetValue("Content-Length", out var length))
        {
            while (await ReadBodyAsync(cancellationToken) is { Length: > 0 } bytes)
            {
                body.Write(bytes.Span);
            }
        }
        else
        {
            for (var left = int.Parse(length, CultureInfo.InvariantCulture); left > 0;)
            {
                if (_start == _end)
                {
                    await FillAsync(cancellationToken);
                }

                var count = Math.Min(left, _end - _start);
                body.Write(_buffer, _start, count);
                _start += count;
                left -= count;
            }
        }

        return Encoding.UTF8.GetString(body.ToArray());
    }

    /// <summary>Closes at once, with a FIN when everything received was read.</summary>
    public void Close() => _socket.Close();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken);
            }

            var character = (char)_buffer[_start++];
            if (character == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(character);
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        var read = await _stream.ReadAsync(_buffer, cancellationToken);
        if (read == 0)
        {
            throw new IOException("The connection ended in the middle of the response.");
        }

        (_start, _end) = (0, read);
    }
}
