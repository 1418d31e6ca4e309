using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.Anthropic;

/// <summary>Serializes the wire records: snake_case, null members left out except where clients need the key.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(MessageEvent))]
[JsonSerializable(typeof(MessageErrorBody))]
[JsonSerializable(typeof(TokenCount))]
public sealed partial class AnthropicJson : JsonSerializerContext
{
    /// <summary>A context that escapes text by this encoder.</summary>
    public static AnthropicJson With(JavaScriptEncoder encoder) => new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = encoder,
    });
}
