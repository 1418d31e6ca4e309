using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>The tools of a request, as chat has them.</summary>
/// <param name="Json">The array that the chat template is told of; null for none.</param>
/// <param name="Functions">The functions in it, in the same order.</param>
internal sealed partial record ToolsField(JsonElement? Json, IReadOnlyList<ToolDefinition> Functions)
{
    /// <summary>Reads tools. Those whose loading is deferred are left out: the model is not told of them.</summary>
    public static ToolsField Read(JsonField field)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartArray();
        var read = field.Array(tool => ReadTool(tool, writer), ChatRequestRules.MaxTools) ?? [];
        ToolDefinition[] functions = [.. read.Index().Where(tool => tool.Item.Function is not null).Select(tool => tool.Item.Function! with { SentIndex = tool.Index })];
        if (functions.Length == 0)
        {
            return new ToolsField(null, []);
        }

        writer.WriteEndArray();
        writer.Flush();
        return new ToolsField(JsonElement.Parse(json.WrittenSpan), functions);
    }

    /// <summary>Reads tool_choice, and whether an answer may have several calls.</summary>
    public static (ToolChoice? Choice, bool IsParallel) ReadChoice(JsonField field, ToolsField tools)
    {
        if (!field.CheckObject() || !field.IsPresent)
        {
            return (null, true);
        }

        var type = field["type"];
        if (!type.IsPresent)
        {
            type.Miss();
        }

        return (ReadMode(type, field["name"], tools.Functions), !(field["disable_parallel_tool_use"].Bool() ?? false));
    }

    private static ToolChoice? ReadMode(JsonField type, JsonField name, IReadOnlyList<ToolDefinition> functions)
    {
        switch (type.String())
        {
            case "auto":
                return new(ToolChoiceMode.Auto);
            case "none":
                return new(ToolChoiceMode.None);
            case "any" when functions.Count > 0:
                return new(ToolChoiceMode.Required);
            case "tool" when functions.Count > 0:
                return ReadName(name, functions) is { } named ? new(ToolChoiceMode.Named, named) : null;
            case "any" or "tool":
                type.Refuse("is only allowed together with tools.");
                return null;
            default:
                type.Refuse("must be auto, any, tool or none.");
                return null;
        }
    }

    private static string? ReadName(JsonField field, IReadOnlyList<ToolDefinition> functions)
    {
        if (!field.IsPresent)
        {
            field.Miss();
        }

        var name = field.String();
        if (name is not null && functions.All(function => function.Name != name))
        {
            field.Refuse("must be the name of one of the tools.");
        }

        return name;
    }

    /// <summary>Checks a tool, and writes it as chat's templates know it.</summary>
    private static Tool? ReadTool(JsonField field, Utf8JsonWriter writer)
    {
        if (!field.CheckObject())
        {
            return null;
        }

        if (field["type"].String() is { } type && type != "custom")
        {
            field.RefuseUnsupported($"{field.Path} has the type {(type.Length <= 64 ? type : type[..64])}: this server runs no tools itself, send custom ones.");
            return null;
        }

        var (name, schema) = (field["name"], field["input_schema"]);
        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && !ToolName().IsMatch(text))
        {
            name.Refuse("must have 1 to 128 letters, digits, underscores or hyphens.");
        }

        if (!schema.IsPresent)
        {
            schema.Miss();
        }

        var (description, isStrict) = (field["description"].String(), field["strict"].Bool() ?? false);
        if (name.String() is not { } called || !schema.CheckObject() || !schema.IsPresent)
        {
            return null;
        }

        if (field["defer_loading"].Bool() ?? false)
        {
            return new Tool(null);
        }

        Write(writer, called, description, schema.Value, isStrict);
        return new Tool(new ToolDefinition(called, schema.Value.Clone(), isStrict));
    }

    private static void Write(Utf8JsonWriter writer, string name, string? description, JsonElement schema, bool isStrict)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", name);
        if (description is not null)
        {
            writer.WriteString("description", description);
        }

        writer.WritePropertyName("parameters");
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(schema), skipInputValidation: true);
        if (isStrict)
        {
            writer.WriteBoolean("strict", true);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,128}\z")]
    private static partial Regex ToolName();

    /// <param name="Function">What the model may call; null for a tool that it is not told of.</param>
    private sealed record Tool(ToolDefinition? Function);
}
