using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>A form of the description, as it is sent.</summary>
/// <param name="Bytes">Its text.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Tag">Its entity tag, with the quotes: another text has another.</param>
internal sealed record Described(ReadOnlyMemory<byte> Bytes, string MediaType, string Tag)
{
    /// <summary>A text with its tag.</summary>
    public static Described Of(string text, string mediaType)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new(bytes, mediaType, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"");
    }

    /// <summary>Answers a GET or HEAD with it, or with 304 who has it.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers.ETag = Tag;
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(Tag, StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = MediaType;
        http.Response.ContentLength = Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(Bytes, http.RequestAborted);
        }
    }
}
