using System.Text.Json.Nodes;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The JSON Schemas that a request's fields are described with.</summary>
internal static class Schema
{
    /// <summary>A boolean.</summary>
    public static JsonObject Flag() => new() { ["type"] = "boolean" };

    /// <summary>Any object.</summary>
    public static JsonObject AnyObject() => new() { ["type"] = "object" };

    /// <summary>Any value.</summary>
    public static JsonObject Any() => [];

    /// <summary>A number.</summary>
    /// <param name="least">The least one.</param>
    /// <param name="most">The greatest one.</param>
    public static JsonObject Number(double? least = null, double? most = null) =>
        Bounded("number", least is { } low ? JsonValue.Create(low) : null, most is { } high ? JsonValue.Create(high) : null);

    /// <summary>A whole number.</summary>
    /// <param name="least">The least one.</param>
    /// <param name="most">The greatest one.</param>
    public static JsonObject Whole(int? least = null, int? most = null) =>
        Bounded("integer", least is { } low ? JsonValue.Create(low) : null, most is { } high ? JsonValue.Create(high) : null);

    /// <summary>A text.</summary>
    /// <param name="least">Fewest characters.</param>
    /// <param name="most">Most characters.</param>
    /// <param name="pattern">What it matches.</param>
    public static JsonObject AnyText(int? least = null, int? most = null, string? pattern = null)
    {
        var schema = new JsonObject { ["type"] = "string" };
        Set(schema, "minLength", least is { } low ? JsonValue.Create(low) : null);
        Set(schema, "maxLength", most is { } high ? JsonValue.Create(high) : null);
        Set(schema, "pattern", pattern);
        return schema;
    }

    /// <summary>One of some words.</summary>
    public static JsonObject Words(params ReadOnlySpan<string> words) => new() { ["type"] = "string", ["enum"] = Array(words) };

    /// <summary>A list.</summary>
    /// <param name="entry">The schema of its entries.</param>
    /// <param name="least">Fewest entries.</param>
    /// <param name="most">Most entries.</param>
    public static JsonObject List(JsonObject entry, int? least = null, int? most = null)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = entry };
        Set(schema, "minItems", least is { } low ? JsonValue.Create(low) : null);
        Set(schema, "maxItems", most is { } high ? JsonValue.Create(high) : null);
        return schema;
    }

    /// <summary>An object from names to values of one kind.</summary>
    /// <param name="value">The schema of the values.</param>
    /// <param name="most">Most members.</param>
    /// <param name="names">What the names match.</param>
    public static JsonObject Map(JsonObject value, int most, string? names = null)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = value, ["maxProperties"] = most };
        Set(schema, "propertyNames", names is null ? null : new JsonObject { ["pattern"] = names });
        return schema;
    }

    /// <summary>Any one of several.</summary>
    public static JsonObject Either(params IEnumerable<JsonObject> schemas) => new() { ["anyOf"] = new JsonArray([.. schemas]) };

    /// <summary>A schema that stands under a name in the document.</summary>
    public static JsonObject Named(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    /// <summary>The same schema, or null, which a request may write for what it leaves out.</summary>
    public static JsonObject OrNull(JsonObject schema)
    {
        if (schema["anyOf"] is JsonArray choices)
        {
            choices.Add(new JsonObject { ["type"] = "null" });
            return schema;
        }

        if (schema["type"] is not JsonValue type)
        {
            return schema.Count == 0 ? schema : Either(schema, new JsonObject { ["type"] = "null" });
        }

        schema["type"] = new JsonArray(type.DeepClone(), "null");
        (schema["enum"] as JsonArray)?.Add(null);
        return schema;
    }

    /// <summary>A JSON array of texts.</summary>
    public static JsonArray Array(params ReadOnlySpan<string> texts)
    {
        var array = new JsonArray();
        foreach (var text in texts)
        {
            array.Add(text);
        }

        return array;
    }

    private static JsonObject Bounded(string type, JsonNode? least, JsonNode? most)
    {
        var schema = new JsonObject { ["type"] = type };
        Set(schema, "minimum", least);
        Set(schema, "maximum", most);
        return schema;
    }

    private static void Set(JsonObject schema, string keyword, JsonNode? value)
    {
        if (value is not null)
        {
            schema[keyword] = value;
        }
    }
}
