using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rill.OpenAI;

/// <summary>
/// What form an answer must have: a JSON text, or where <see cref="Pattern"/>, <see cref="Choices"/> or <see cref="Grammar"/> is set a text as
/// it says.
/// </summary>
/// <param name="Schema">The JSON Schema that its value obeys, an object; null for any object.</param>
/// <param name="IsStrict">True when a schema that cannot be enforced is an error, rather than answered with any JSON.</param>
public sealed record ResponseFormat(JsonElement? Schema, bool IsStrict)
{
    /// <summary>Where a request's schema stands.</summary>
    public const string SchemaPath = "response_format.json_schema.schema";

    /// <summary>The field that asks for it.</summary>
    public string Path { get; init; } = SchemaPath;

    /// <summary>A regular expression that the whole text matches; null for none.</summary>
    public string? Pattern { get; init; }

    /// <summary>The texts that it may be, at least one; null for no such list.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>A grammar in GBNF that describes the whole text; null for none.</summary>
    public string? Grammar { get; init; }
}

/// <summary>Reads response_format.</summary>
internal static partial class ResponseFormatFields
{
    /// <summary>The form that is asked for; null for plain text.</summary>
    public static ResponseFormat? Read(JsonField field) => Read(field, field["json_schema"]);

    /// <summary>The same where name and schema stand beside the type, as in the Responses API.</summary>
    public static ResponseFormat? ReadFlat(JsonField field) => Read(field, field);

    private static ResponseFormat? Read(JsonField field, JsonField schema)
    {
        if (!field.IsPresent || !field.CheckObject())
        {
            return null;
        }

        var type = field["type"];
        if (!type.IsPresent)
        {
            type.Miss();
        }

        switch (type.String())
        {
            case null or "text":
                return null;
            case "json_object":
                return ReadObject(field["schema"]);
            case "json_schema":
                return ReadSchema(schema);
            default:
                type.Refuse("must be text, json_object or json_schema.");
                return null;
        }
    }

    /// <summary>llama.cpp's form has a schema beside the type.</summary>
    private static ResponseFormat ReadObject(JsonField schema) =>
        schema.CheckObject() && schema.IsPresent ? new(schema.Value.Clone(), IsStrict: true) : new(null, IsStrict: true);

    private static ResponseFormat? ReadSchema(JsonField field)
    {
        var (name, schema) = (field["name"], field["schema"]);
        if (!field.IsPresent)
        {
            field.Miss();
            return null;
        }

        if (!field.CheckObject())
        {
            return null;
        }

        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && !Name().IsMatch(text))
        {
            name.Refuse("must have 1 to 64 letters, digits, underscores and hyphens.");
        }

        field["description"].String();
        var isStrict = field["strict"].Bool() ?? false;
        if (!schema.IsPresent)
        {
            schema.Miss();
        }

        return schema.CheckObject() && schema.IsPresent ? new(schema.Value.Clone(), isStrict) : null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex Name();
}
