using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http;

/// <summary>Answers with one JSON value.</summary>
internal static class JsonResponse
{
    /// <summary>The type of every such answer.</summary>
    public const string MediaType = "application/json; charset=utf-8";

    /// <summary>Writes status, type and value; the response must not have started.</summary>
    public static Task WriteAsync<T>(
        HttpContext http, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK, CancellationToken cancellationToken = default)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = MediaType;
        return HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : JsonSerializer.SerializeAsync(http.Response.Body, value, type, cancellationToken);
    }
}
