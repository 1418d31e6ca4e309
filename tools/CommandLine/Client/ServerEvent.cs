using System.Text;

namespace Rill.CommandLine.Client;

/// <summary>One event of a stream, or one comment, which common readers of such streams drop: Rill tells in them how far a load is.</summary>
/// <param name="IsComment">True for a comment.</param>
/// <param name="Text">The event's data, or the comment.</param>
internal readonly record struct ServerEvent(bool IsComment, string Text);

/// <summary>Reads server-sent events as they come.</summary>
/// <param name="stream">The body; the reader's from here on.</param>
internal sealed class ServerEventReader(Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream, Encoding.UTF8);
    private readonly StringBuilder _data = new();

    /// <summary>The next event or comment; null at the end, where what has no blank line behind it is no event.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async ValueTask<ServerEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        _data.Clear();
        var any = false;
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0 && any)
            {
                return new ServerEvent(IsComment: false, _data.ToString());
            }

            if (line.StartsWith(':'))
            {
                return new ServerEvent(IsComment: true, ValueOf(line, 0));
            }

            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                _data.Append(any ? "\n" : "").Append(ValueOf(line, "data".Length));
                any = true;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string ValueOf(string line, int colon)
    {
        var start = colon + 1;
        return line[(line.Length > start && line[start] == ' ' ? start + 1 : start)..];
    }
}
