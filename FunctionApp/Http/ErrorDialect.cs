using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http.Messages;
using Rill.FunctionApp.Http.Responses;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>How an API tells its clients what is no success: with a status, and within a stream that has begun.</summary>
internal abstract class ErrorDialect
{
    /// <summary>Those that differ from chat's, by the path below which they are spoken.</summary>
    private static readonly (PathString Path, ErrorDialect Dialect)[] s_ofPaths =
    [
        ("/v1/messages", MessagesErrors.Instance),
        ("/v1/responses", ResponsesErrors.Instance),
        ("/openai/v1/responses", ResponsesErrors.Instance),
        ("/openai/responses", ResponsesErrors.Instance),
    ];

    /// <summary>True where a stream may end with <c>[DONE]</c>.</summary>
    public abstract bool KnowsDone { get; }

    /// <summary>The dialect of the API that the request's path belongs to, whether anything is served there or not.</summary>
    public static ErrorDialect Of(HttpRequest request)
    {
        foreach (var (path, dialect) in s_ofPaths)
        {
            if (request.Path.StartsWithSegments(path, StringComparison.Ordinal))
            {
                return dialect;
            }
        }

        return ChatErrors.Instance;
    }

    /// <summary>Writes status and body; the headers that all dialects have in common are set.</summary>
    public abstract Task WriteAsync(HttpContext http, ApiError error, CancellationToken cancellationToken);

    /// <summary>Adds the event that tells of a failure.</summary>
    public abstract void WriteEvent(HttpContext http, SseWriter writer, ApiError error);

    /// <summary>True where a stream that fails is cut without a word.</summary>
    public virtual bool CutsStreams(RillOptions options) => false;
}
