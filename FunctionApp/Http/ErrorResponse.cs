using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>Answers with an error in the words of the API that was asked, its status and, where the client should come back, <c>Retry-After</c>.</summary>
internal static class ErrorResponse
{
    /// <summary>Writes the answer; the response must not have started.</summary>
    public static Task WriteAsync(HttpContext http, ApiError error, CancellationToken cancellationToken)
    {
        if (error.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return ErrorDialect.Of(http.Request).WriteAsync(http, error, cancellationToken);
    }
}
