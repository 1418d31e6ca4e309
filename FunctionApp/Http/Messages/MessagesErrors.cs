using Microsoft.AspNetCore.Http;
using Rill.Anthropic;
using Rill.Chat.Output.Messages;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http.Messages;

/// <summary>The Messages API's way: an object of its own, which names the request, in a body and in an event alike (contract A.8).</summary>
internal sealed class MessagesErrors : ErrorDialect
{
    /// <summary>The one instance.</summary>
    public static MessagesErrors Instance { get; } = new();

    /// <inheritdoc/>
    public override bool KnowsDone => false;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpContext http, ApiError error, CancellationToken cancellationToken) =>
        JsonResponse.WriteAsync(http, MessageErrors.Of(error, RequestId.Of(http)), MessageJson.Wire.MessageErrorBody, error.Status, cancellationToken);

    /// <inheritdoc/>
    public override void WriteEvent(HttpContext http, SseWriter writer, ApiError error) =>
        writer.Write(MessageErrorBody.Name, MessageErrors.Of(error, RequestId.Of(http)), MessageJson.Wire.MessageErrorBody);

    /// <inheritdoc/>
    public override bool CutsStreams(RillOptions options) => options.AnthropicErrorEnding == AnthropicErrorEnding.Cut;
}
