using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>
/// The usage member of a chunk, which has three states: the key is absent (default: nobody asked), present and null
/// (<see cref="Null"/>: usage was asked for and comes last), or counts.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ChunkUsage
{
    private readonly bool _present;

    private ChunkUsage(Usage? value) => (_present, Value) = (true, value);

    /// <summary>The key with null.</summary>
    public static ChunkUsage Null { get; } = new(null);

    /// <summary>The counts, or null.</summary>
    public Usage? Value { get; }

    /// <summary>The key with counts.</summary>
    public static ChunkUsage Of(Usage usage) => new(usage);

    internal sealed class Converter : JsonConverter<ChunkUsage>
    {
        public override bool HandleNull => true;

        public override ChunkUsage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? Null : Of(JsonSerializer.Deserialize(ref reader, OpenAIJson.Wire.Usage)!);

        public override void Write(Utf8JsonWriter writer, ChunkUsage value, JsonSerializerOptions options)
        {
            if (value.Value is { } usage)
            {
                JsonSerializer.Serialize(writer, usage, OpenAIJson.Wire.Usage);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
