using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rill.OpenAI.Responses;

/// <summary>What a request says of tools, in chat's terms.</summary>
/// <param name="Tools">The functions as chat has them, which is what templates read; null for none.</param>
/// <param name="Functions">The same, read.</param>
/// <param name="Choice">Whether they may be called; null where the request does not say.</param>
internal sealed record ResponseTools(JsonElement? Tools, IReadOnlyList<ToolDefinition> Functions, ToolChoice? Choice);

/// <summary>
/// Reads tools and tool_choice. Functions are the only tools: others run on a server of their own (web_search, ...), which is not here. Coding
/// agents send some with every request, so they are left out where functions stand beside them, and refused where they are all there is.
/// </summary>
internal static partial class ResponseToolFields
{
    private const string FunctionType = "function";

    /// <summary>The tools of a request; where it allows some of them alone (allowed_tools), those.</summary>
    public static ResponseTools Read(JsonField fields)
    {
        var tools = fields["tools"];
        var given = tools.Array(ReadTool, ChatRequestRules.MaxTools) ?? [];
        IReadOnlyList<ToolDefinition> functions =
            [.. given.Index().Where(tool => tool.Item.Function is not null).Select(tool => tool.Item.Function! with { SentIndex = tool.Index })];
        if (functions.Count == 0 && given is [var other, ..])
        {
            RefuseOther(other.Type);
        }

        var choice = fields["tool_choice"];
        if (choice.Value.ValueKind == JsonValueKind.Object && choice["type"].String() == "allowed_tools")
        {
            var names = choice["tools"].Array(tool => ReadName(tool, functions), ChatRequestRules.MaxTools) ?? [];
            functions = [.. functions.Where(function => names.Contains(function.Name))];
            choice = choice["mode"];
        }

        var read = ReadChoice(choice, functions);
        return new(functions.Count > 0 ? Write(tools.Value, functions) : null, functions, read);
    }

    private static Tool? ReadTool(JsonField tool)
    {
        var type = tool["type"];
        if (!tool.CheckObject())
        {
            return null;
        }

        if (!type.IsPresent)
        {
            type.Miss();
        }

        return type.String() switch
        {
            null => null,
            FunctionType => ReadFunction(tool) is { } function ? new Tool(type, function) : null,
            _ => new Tool(type, null),
        };
    }

    private static ToolDefinition? ReadFunction(JsonField tool)
    {
        var (name, parameters) = (tool["name"], tool["parameters"]);
        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && !FunctionName().IsMatch(text))
        {
            name.Refuse("must have 1 to 64 letters, digits, underscores or hyphens.");
        }

        tool["description"].String();
        var hasParameters = parameters.CheckObject() && parameters.IsPresent;
        return name.String() is { } function
            ? new(function, hasParameters ? parameters.Value.Clone() : null, tool["strict"].Bool() ?? false)
            : null;
    }

    private static ToolChoice? ReadChoice(JsonField choice, IReadOnlyList<ToolDefinition> functions)
    {
        if (choice.Value.ValueKind == JsonValueKind.Object)
        {
            return ReadName(choice, functions) is { } name ? new(ToolChoiceMode.Named, name) : null;
        }

        switch (choice.String())
        {
            case null:
                return null;
            case "auto":
                return new(ToolChoiceMode.Auto);
            case "none":
                return new(ToolChoiceMode.None);
            case "required" when functions.Count > 0:
                return new(ToolChoiceMode.Required);
            case "required":
                choice.Refuse("is only allowed together with tools.");
                return null;
            default:
                choice.Refuse("must be none, auto, required or an object that names a function.");
                return null;
        }
    }

    /// <summary>The function that an object names.</summary>
    private static string? ReadName(JsonField named, IReadOnlyList<ToolDefinition> functions)
    {
        if (!named.CheckObject() || !IsFunction(named["type"]))
        {
            return null;
        }

        var name = named["name"];
        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && functions.All(function => function.Name != text))
        {
            name.Refuse("must be the name of one of the tools.");
        }

        return name.String();
    }

    private static bool IsFunction(JsonField type)
    {
        if (!type.IsPresent)
        {
            type.Miss();
        }
        else if (type.String() is { } name && name != FunctionType)
        {
            RefuseOther(type);
        }

        return type.String() == FunctionType;
    }

    private static bool IsFunction(JsonElement tool) => tool.TryGetProperty("type", out var type) && type.ValueEquals(FunctionType);

    private static void RefuseOther(JsonField type) => type.RefuseUnsupported($"{type.Path} must be function: this server runs no tools itself.");

    /// <summary>Chat's form, with the members that templates read and no others.</summary>
    private static JsonElement Write(JsonElement tools, IReadOnlyList<ToolDefinition> functions)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var tool in tools.EnumerateArray())
            {
                if (IsFunction(tool) && tool.TryGetProperty("name", out var name) && functions.Any(function => name.ValueEquals(function.Name)))
                {
                    Write(writer, tool);
                }
            }

            writer.WriteEndArray();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement tool)
    {
        writer.WriteStartObject();
        writer.WriteString("type", FunctionType);
        writer.WriteStartObject(FunctionType);
        foreach (var member in (ReadOnlySpan<string>)["name", "description", "parameters"])
        {
            if (tool.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(member);
                value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <param name="Type">The field that says what it is.</param>
    /// <param name="Function">What the model may call; null for a tool that it is not told of.</param>
    private sealed record Tool(JsonField Type, ToolDefinition? Function);

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex FunctionName();
}
