using System.Buffers;
using System.Text.Json;

namespace Rill.OpenAI.Responses;

/// <summary>
/// What a response says of its request's <c>text</c> and <c>tools</c>: as they were sent, with what was left out. OpenAI's echo is complete, and
/// strict clients fail on one that is not (contract A.5).
/// </summary>
internal static class ResponseEcho
{
    private static readonly JsonElement s_plainText = JsonElement.Parse("""{"format":{"type":"text"}}""");
    private static readonly JsonElement s_none = JsonElement.Parse("[]");

    /// <summary>Text, which always has a format.</summary>
    public static JsonElement Text(JsonField text) => !text.IsPresent ? s_plainText
        : text.Value.ValueKind != JsonValueKind.Object || text["format"].IsPresent ? text.Value.Clone()
        : Write(writer => WriteText(writer, text.Value));

    /// <summary>The tools; functions have a description, parameters and say whether they are strict.</summary>
    public static JsonElement Tools(JsonField tools) => !tools.IsPresent ? s_none
        : tools.Value.ValueKind != JsonValueKind.Array ? tools.Value.Clone()
        : Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var tool in tools.Value.EnumerateArray())
            {
                WriteTool(writer, tool);
            }

            writer.WriteEndArray();
        });

    private static void WriteTool(Utf8JsonWriter writer, JsonElement tool)
    {
        if (tool.ValueKind != JsonValueKind.Object || !tool.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
            || !type.ValueEquals("function"))
        {
            tool.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in tool.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            member.WriteTo(writer);
        }

        if (!Has(tool, "description"))
        {
            writer.WriteNull("description");
        }

        if (!Has(tool, "parameters"))
        {
            writer.WriteStartObject("parameters");
            writer.WriteEndObject();
        }

        if (!Has(tool, "strict"))
        {
            writer.WriteBoolean("strict", false);
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, JsonElement text)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("format");
        s_plainText.GetProperty("format").WriteTo(writer);
        foreach (var member in text.EnumerateObject().Where(member => !member.NameEquals("format")))
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static bool Has(JsonElement value, string name) => value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null;

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
