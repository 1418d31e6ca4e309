using Microsoft.AspNetCore.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>OpenAI's error object, in a body and in a frame alike (contract A.0, B.8).</summary>
internal class ChatErrors : ErrorDialect
{
    /// <summary>The one instance.</summary>
    public static ChatErrors Instance { get; } = new();

    /// <inheritdoc/>
    public override bool KnowsDone => true;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpContext http, ApiError error, CancellationToken cancellationToken) =>
        JsonResponse.WriteAsync(http, error.ToBody(), OpenAIJson.Wire.ErrorBody, error.Status, cancellationToken);

    /// <inheritdoc/>
    public override void WriteEvent(HttpContext http, SseWriter writer, ApiError error) => writer.Write(error.ToBody(), OpenAIJson.Wire.ErrorBody);
}
