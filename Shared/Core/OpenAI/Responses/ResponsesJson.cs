using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.OpenAI.Responses;

/// <summary>Serializes the wire records of the Responses API, as <see cref="OpenAIJson"/> does those of chat.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeletedResponse))]
[JsonSerializable(typeof(IReadOnlyList<ResponseItem>))]
[JsonSerializable(typeof(Response))]
[JsonSerializable(typeof(ResponseErrorEvent))]
[JsonSerializable(typeof(ResponseEvent))]
[JsonSerializable(typeof(ResponseInputTokens))]
[JsonSerializable(typeof(ResponseItemList))]
public sealed partial class ResponsesJson : JsonSerializerContext
{
    /// <summary>The one instance that answers are written with.</summary>
    public static ResponsesJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = WireEncoder.Instance,
    });
}
