using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Rill.OpenAI;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>
/// A JSON body, read up to a cap before anything of it is parsed. Its memory grows as bytes come, so that a client holds no more than
/// twice what it has sent. Disposing it gives the memory back.
/// </summary>
/// <param name="memory">Counts what all bodies hold.</param>
/// <param name="maxBytes">The cap of one body.</param>
/// <param name="metrics">Counts those that are refused.</param>
internal sealed class RequestBody(BodyMemory memory, int maxBytes, RillMetrics metrics) : IDisposable
{
    /// <summary>So much of each body is free: what any connection costs anyway.</summary>
    private const int FreeBytes = 16 * 1024;

    /// <summary>A large request is read, parsed and tokenized in about as much.</summary>
    public const int RetryAfterSeconds = 1;

    private byte[] _buffer = [];
    private long _taken;

    /// <summary>Number of bytes read.</summary>
    public int Length { get; private set; }

    /// <summary>What was read.</summary>
    public ReadOnlySequence<byte> Bytes => new(_buffer, 0, Length);

    /// <summary>
    /// Reads the body; null, or the error to answer with: a wrong type or a compressed body is 415, too many bytes 413, bodies of others that leave no memory
    /// 503.
    /// </summary>
    /// <exception cref="OperationCanceledException">The request has ended.</exception>
    /// <exception cref="IOException">The client has gone, or sends too slowly.</exception>
    public async ValueTask<ApiError?> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var expected = request.ContentLength;
        var refusal = !IsJson(request.ContentType) ? ApiError.UnsupportedMediaType()
            : IsCompressed(request) ? ApiError.UnsupportedContentEncoding()
            : expected > maxBytes ? ApiError.RequestTooLarge(maxBytes)
            : expected > FreeBytes && !memory.HasRoomFor(expected.Value) ? Refuse()
            : null;
        if (refusal is not null)
        {
            return refusal;
        }

        _buffer = new byte[(int)Math.Clamp(expected ?? 4_096, 256, Math.Min(FreeBytes, maxBytes))];
        try
        {
            return await ReadAsync(request.Body, expected, cancellationToken);
        }
        catch
        {
            // A read that was cancelled leaves a body that Kestrel cannot drain; it then closes a connection that a proxy would use again.
            request.HttpContext.Response.Headers.Connection = "close";
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        memory.Give(_taken);
        (_taken, _buffer, Length) = (0, [], 0);
    }

    private async ValueTask<ApiError?> ReadAsync(Stream body, long? expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Length == _buffer.Length && Length != expected && !TryGrow(expected))
            {
                return Refuse();
            }

            var read = await body.ReadAsync(_buffer.AsMemory(Length), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            Length += read;
            if (Length > maxBytes)
            {
                return ApiError.RequestTooLarge(maxBytes);
            }
        }
    }

    /// <summary>Doubles the buffer, up to the length that was announced, or one byte beyond the cap.</summary>
    private bool TryGrow(long? expected)
    {
        var size = (int)Math.Min(2L * _buffer.Length, expected ?? (maxBytes + 1L));
        var more = size - FreeBytes - _taken;
        if (more > 0 && !memory.TryTake(more, _taken))
        {
            return false;
        }

        _taken += Math.Max(0, more);
        Array.Resize(ref _buffer, size);
        return true;
    }

    private ApiError Refuse()
    {
        metrics.QueueRejected("bodies_full");
        return ApiError.Overloaded(RetryAfterSeconds);
    }

    private static bool IsCompressed(HttpRequest request) =>
        request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
