using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>What a tool's schema says an argument may be.</summary>
[Flags]
internal enum ArgumentType
{
    /// <summary>Nothing is said of it.</summary>
    Unknown = 0,

    /// <summary>A string.</summary>
    Text = 1,

    /// <summary>Something else.</summary>
    Other = 2,
}

/// <summary>Types of arguments by the schemas of a request's tools, for models that write all values as bare text.</summary>
internal sealed class ArgumentTypes(IReadOnlyList<ToolDefinition> tools)
{
    private const int Deepest = 8;

    /// <summary>What an argument may be.</summary>
    public ArgumentType Of(string function, string argument)
    {
        var schema = tools.FirstOrDefault(tool => tool.Name == function)?.Parameters;
        return schema is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("properties", out var properties)
            && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(argument, out var property)
            ? Of(root, property, 0)
            : ArgumentType.Unknown;
    }

    private static ArgumentType Of(JsonElement root, JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > Deepest)
        {
            return ArgumentType.Unknown;
        }

        var type = ArgumentType.Unknown;
        foreach (var member in schema.EnumerateObject())
        {
            type |= member.Name switch
            {
                "type" => Any(member.Value, OfName),
                "enum" => Any(member.Value, OfValue),
                "const" => OfValue(member.Value),
                "anyOf" or "oneOf" or "allOf" => Any(member.Value, each => Of(root, each, depth + 1)),
                "$ref" => Resolve(root, member.Value) is { } target ? Of(root, target, depth + 1) : ArgumentType.Unknown,
                _ => ArgumentType.Unknown,
            };
        }

        return type;
    }

    private static ArgumentType Any(JsonElement value, Func<JsonElement, ArgumentType> type) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray().Aggregate(ArgumentType.Unknown, (all, each) => all | type(each))
        : type(value);

    private static ArgumentType OfName(JsonElement name) =>
        name.ValueKind != JsonValueKind.String ? ArgumentType.Unknown : name.ValueEquals("string") ? ArgumentType.Text : ArgumentType.Other;

    private static ArgumentType OfValue(JsonElement value) => value.ValueKind == JsonValueKind.String ? ArgumentType.Text : ArgumentType.Other;

    private static JsonElement? Resolve(JsonElement root, JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String || reference.GetString() is not { } path || !path.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        var target = root;
        foreach (var name in path[2..].Split('/'))
        {
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
            {
                return null;
            }
        }

        return target;
    }
}
