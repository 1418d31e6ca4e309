using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>vLLM's extension: what stopped a choice, a stop string or a stop token's id; null for an end token or the length.</summary>
[JsonConverter(typeof(Converter))]
public sealed record StopReason
{
    private StopReason(string? text, int? tokenId) => (Text, TokenId) = (text, tokenId);

    /// <summary>The stop string that matched, or null.</summary>
    public string? Text { get; }

    /// <summary>The stop token that was drawn, or null.</summary>
    public int? TokenId { get; }

    /// <summary>Stopped by a stop string.</summary>
    public static StopReason OfText(string text) => new(text, null);

    /// <summary>Stopped by a stop token.</summary>
    public static StopReason OfToken(int tokenId) => new(null, tokenId);

    internal sealed class Converter : JsonConverter<StopReason>
    {
        public override StopReason Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number ? OfToken(reader.GetInt32()) : OfText(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, StopReason value, JsonSerializerOptions options)
        {
            if (value.TokenId is { } id)
            {
                writer.WriteNumberValue(id);
            }
            else
            {
                writer.WriteStringValue(value.Text);
            }
        }
    }
}
