using Microsoft.AspNetCore.Http;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.FunctionApp.Http.Responses;

/// <summary>The Responses API's way: bodies as chat's, a stream's failure as an event with name and number, and no <c>[DONE]</c>.</summary>
internal sealed class ResponsesErrors : ChatErrors
{
    /// <summary>The one instance.</summary>
    public static new ResponsesErrors Instance { get; } = new();

    /// <inheritdoc/>
    public override bool KnowsDone => false;

    /// <inheritdoc/>
    public override void WriteEvent(HttpContext http, SseWriter writer, ApiError error) => writer.Write(
        ResponseErrorEvent.Name, new ResponseErrorEvent(writer.Events, error.ToBody().Error), ResponsesJson.Wire.ResponseErrorEvent);
}
