using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>What a schema says, in words for people: <c>number, 0 to 2</c>.</summary>
internal static class SchemaText
{
    private const string References = "#/components/schemas/";

    /// <summary>The words, with links to the schemas that have a name.</summary>
    public static IEnumerable<object> Of(JsonObject schema)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            return [LinkTo(reference[References.Length..])];
        }

        if (schema["anyOf"] is JsonArray choices)
        {
            return Join(choices.Select(choice => choice!.AsObject()).Where(choice => (string?)Kind(choice) != "null").Select(Of), " or ");
        }

        if (schema["enum"] is JsonArray words)
        {
            return Join(words.Where(word => word is not null).Select(word => (IEnumerable<object>)[new XElement("code", word!.ToString())]), ", ");
        }

        return schema["const"] is { } only ? [new XElement("code", only.ToString())] : OfKind(schema);
    }

    /// <summary>A link to where a schema is shown.</summary>
    public static XElement LinkTo(string name) => new("a", new XAttribute("href", "#schema-" + name), name);

    private static IEnumerable<object> OfKind(JsonObject schema) => Kind(schema) switch
    {
        null => ["anything"],
        "array" when schema["items"] is JsonObject entry => ["list of ", .. Of(entry), Bounds(schema, "minItems", "maxItems", " entries")],
        "object" when schema["additionalProperties"] is JsonObject value => ["object, name to ", .. Of(value), Bounds(schema, "minProperties", "maxProperties", " members")],
        "object" when schema["properties"] is JsonObject properties =>
            ["object of ", .. Join(properties.Select(property => (IEnumerable<object>)[new XElement("code", property.Key)]), ", ")],
        "integer" => ["whole number", Bounds(schema, "minimum", "maximum", "")],
        "string" => ["text", Bounds(schema, "minLength", "maxLength", " characters")],
        var kind => [kind, Bounds(schema, "minimum", "maximum", "")],
    };

    /// <summary>The type that a value has when it is not null.</summary>
    private static string? Kind(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => string.Join(" or ", types.Select(type => type!.GetValue<string>()).Where(type => type != "null")),
        JsonValue type => type.GetValue<string>(),
        _ => null,
    };

    private static string Bounds(JsonObject schema, string least, string most, string unit) => (schema[least], schema[most]) switch
    {
        (null, null) => "",
        ({ } low, null) => $", from {low}{unit}",
        (null, { } high) => $", at most {high}{unit}",
        ({ } low, { } high) => $", {low} to {high}{unit}",
    };

    private static IEnumerable<object> Join(IEnumerable<IEnumerable<object>> parts, string between) =>
        parts.SelectMany((part, index) => index == 0 ? part : part.Prepend(between));
}
