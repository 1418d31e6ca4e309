using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.Anthropic;

/// <summary>A block of an answer's content: complete in a whole answer, empty where a stream starts it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TextBlock), "text")]
[JsonDerivedType(typeof(ThinkingBlock), "thinking")]
[JsonDerivedType(typeof(ToolUseBlock), "tool_use")]
public abstract record ContentBlock;

/// <summary>Visible text.</summary>
/// <param name="Text">The text.</param>
public sealed record TextBlock(string Text) : ContentBlock;

/// <summary>What the model thought.</summary>
/// <param name="Thinking">The text; empty where the request asks to leave it out.</param>
/// <param name="Signature">What brings the thought back with the next request, see <see cref="ThinkingSignature"/>; empty at a stream's start.</param>
public sealed record ThinkingBlock(string Thinking, string Signature) : ContentBlock;

/// <summary>A tool call.</summary>
/// <param name="Id">What the result names.</param>
/// <param name="Name">The tool.</param>
/// <param name="Input">The JSON text of its arguments, an object, as the model wrote it; empty at a stream's start, where deltas follow.</param>
public sealed record ToolUseBlock(string Id, string Name, [property: JsonConverter(typeof(ToolUseBlock.JsonText))] string Input) : ContentBlock
{
    /// <summary>No arguments.</summary>
    public const string NoInput = "{}";

    private const int MaxDepth = 256;

    /// <summary>The arguments of a call that is complete: <see cref="NoInput"/> where the answer was cut within them.</summary>
    public static string InputOf(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? json : NoInput;
        }
        catch (JsonException)
        {
            return NoInput;
        }
    }

    /// <summary>Writes a JSON text as it is.</summary>
    internal sealed class JsonText : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonElement.ParseValue(ref reader).GetRawText();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value, skipInputValidation: true);
    }
}
