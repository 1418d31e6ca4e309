using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>Answers with an error object, its status and, where the client should come back, <c>Retry-After</c>.</summary>
internal static class ErrorResponse
{
    /// <summary>Writes the answer; the response must not have started.</summary>
    public static Task WriteAsync(HttpContext http, ApiError error, CancellationToken cancellationToken)
    {
        if (error.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return JsonResponse.WriteAsync(http, error.ToBody(), OpenAIJson.Wire.ErrorBody, error.Status, cancellationToken);
    }
}
