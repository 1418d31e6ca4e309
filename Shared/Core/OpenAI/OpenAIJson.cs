using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>
/// Serializes the wire records: snake_case, null members left out except where the specification requires the key.
/// Use <see cref="Wire"/>: its encoder keeps non-ASCII text as literal UTF-8, where the plain default would inflate it six-fold.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatCompletionChunk))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(DetokenizeAnswer))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(List<ToolCall>))]
[JsonSerializable(typeof(ModelCard))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(TokenizeAnswer))]
public sealed partial class OpenAIJson : JsonSerializerContext
{
    /// <summary>The one instance that answers are written with.</summary>
    public static OpenAIJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = WireEncoder.Instance,
    });

    /// <summary>Options for a writer of our own; a writer uses its own encoder, not the serializer's.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = WireEncoder.Instance };
}
