using System.Buffers;
using System.IO.Compression;
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

    private const string Gzip = "gzip";
    private static readonly object s_askedFor = new();

    private byte[] _buffer = [];
    private long _taken;

    /// <summary>Number of bytes read.</summary>
    public int Length { get; private set; }

    /// <summary>True once anybody has begun to read a request's body: a client that asked whether to send it is then told to.</summary>
    public static bool WasAskedFor(HttpContext http) => http.Items.ContainsKey(s_askedFor);

    /// <summary>What was read.</summary>
    public ReadOnlySequence<byte> Bytes => new(_buffer, 0, Length);

    /// <summary>
    /// Reads the body; null, or the error to answer with: a wrong type or compression is 415, too many bytes 413, bodies of others that leave no memory
    /// 503. What is compressed with gzip is inflated as it comes, and counts by what it comes to.
    /// </summary>
    /// <exception cref="OperationCanceledException">The request has ended.</exception>
    /// <exception cref="IOException">The client has gone, or sends too slowly.</exception>
    public async ValueTask<ApiError?> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var expected = request.ContentLength;
        var refusal = !IsJson(request.ContentType) ? ApiError.UnsupportedMediaType()
            : Compression(request) is not (null or Gzip) ? ApiError.UnsupportedContentEncoding()
            : expected > maxBytes ? ApiError.RequestTooLarge(maxBytes)
            : expected > FreeBytes && !memory.HasRoomFor(expected.Value) ? Refuse()
            : null;
        if (refusal is not null)
        {
            return refusal;
        }

        request.HttpContext.Items[s_askedFor] = true;
        if (Compression(request) is not null)
        {
            return await InflateAsync(request, cancellationToken);
        }

        return await ReadAsync(request, request.Body, expected, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        memory.Give(_taken);
        (_taken, _buffer, Length) = (0, [], 0);
    }

    /// <summary>Never more is inflated than the cap allows, nor more read: a stream may inflate to nothing for ever.</summary>
    private async ValueTask<ApiError?> InflateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        await using var compressed = new CappedStream(request.Body, maxBytes);
        await using var inflated = new GZipStream(compressed, CompressionMode.Decompress);
        try
        {
            return await ReadAsync(request, inflated, expected: null, cancellationToken);
        }
        catch (InvalidDataException) when (compressed.IsExceeded)
        {
            return ApiError.RequestTooLarge(maxBytes);
        }
        catch (InvalidDataException)
        {
            return ApiError.BrokenCompression();
        }
    }

    private async ValueTask<ApiError?> ReadAsync(HttpRequest request, Stream body, long? expected, CancellationToken cancellationToken)
    {
        _buffer = new byte[(int)Math.Clamp(expected ?? 4_096, 256, Math.Min(FreeBytes, maxBytes))];
        try
        {
            return await ReadAsync(body, expected, cancellationToken);
        }
        catch (Exception failure) when (failure is not InvalidDataException)
        {
            // A read that was cancelled leaves a body that Kestrel cannot drain; it then closes a connection that a proxy would use again.
            request.HttpContext.Response.Headers.Connection = "close";
            throw;
        }
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
        metrics.QueueRejected(RillMetrics.BodiesFull);
        return ApiError.Overloaded(RetryAfterSeconds);
    }

    /// <summary>How the body is compressed; null for a plain one.</summary>
    private static string? Compression(HttpRequest request) => request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
    {
        "" or "identity" => null,
        "x-gzip" => Gzip,
        var encoding => encoding,
    };

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
