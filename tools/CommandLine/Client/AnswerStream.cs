using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Client;

/// <summary>A streamed answer of a chat.</summary>
internal sealed class AnswerStream : IDisposable
{
    private const string Done = "[DONE]";

    private readonly HttpResponseMessage _response;
    private readonly ServerEventReader _events;
    private bool _finished;

    /// <summary>Takes over a response whose headers are there.</summary>
    /// <param name="response">The response.</param>
    /// <param name="body">Its body.</param>
    /// <param name="requestId">The request's id; null where the server names none.</param>
    public AnswerStream(HttpResponseMessage response, Stream body, string? requestId)
    {
        (_response, _events, RequestId) = (response, new ServerEventReader(body), requestId);
    }

    /// <summary>The request's id; null where the server names none.</summary>
    public string? RequestId { get; }

    /// <summary>The next part; null when the answer is complete.</summary>
    /// <exception cref="ServerException">The server failed, or hung up before the end.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async ValueTask<AnswerPart?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _events.ReadAsync(cancellationToken) switch
            {
                { IsComment: true } comment => new AnswerPart { Comment = HarmlessText.Line(comment.Text) },
                { Text: Done } => null,
                { } data => Read(data.Text),
                null when _finished => null,    // some servers send no end mark
                null => throw ServerException.Cut(RequestId),
            };
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ServerException.Cut(RequestId);
        }
    }

    /// <summary>Hangs up, which stops the server's work on an answer that is not complete.</summary>
    public void Dispose()
    {
        _events.Dispose();
        _response.Dispose();
    }

    private AnswerPart Read(string data)
    {
        var chunk = JsonReading.Parse(data);
        if (chunk.Has("error"))
        {
            throw ServerException.Of(null, data, RequestId);
        }

        var part = AnswerPart.Of(chunk);
        _finished |= part.FinishReason is not null;
        return part;
    }
}
