using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>Reads a JSON body up to a cap, before anything of it is parsed.</summary>
internal static class RequestBody
{
    /// <summary>The body's bytes, or the error to answer with: a wrong type or a compressed body is 415, too many bytes 413.</summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, ApiError? Error)> ReadJsonAsync(
        HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (!IsJson(request.ContentType))
        {
            return (default, ApiError.UnsupportedMediaType());
        }

        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return (default, ApiError.UnsupportedContentEncoding());
        }

        if (request.ContentLength > maxBytes)
        {
            return (default, ApiError.RequestTooLarge(maxBytes));
        }

        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(request.ContentLength ?? 4_096, 256, maxBytes));
        while (true)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(4_096), cancellationToken);
            if (read == 0)
            {
                return (body.WrittenMemory, null);
            }

            body.Advance(read);
            if (body.WrittenCount > maxBytes)
            {
                return (default, ApiError.RequestTooLarge(maxBytes));
            }
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
