using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Rill.ChatClient.Requests;

/// <summary>Writes the form that an answer is to have.</summary>
internal static partial class FormatJson
{
    private const string DefaultName = "answer";
    private const int LongestName = 64;

    // As Microsoft's client of OpenAI's API sends every schema of an answer, so that a program gets the same here and there. What that client
    // moves into descriptions, since OpenAI does not enforce it (lengths, patterns, bounds), stays, and is enforced.
    private static readonly AIJsonSchemaTransformCache s_schemas = new(new()
    {
        ConvertBooleanSchemas = true,
        DisallowAdditionalProperties = true,
        RequireAllProperties = true,
        MoveDefaultKeywordToDescription = true,
    });

    /// <summary>Writes response_format.</summary>
    /// <param name="writer">The request.</param>
    /// <param name="format">What is asked for; null for nothing.</param>
    /// <param name="isStrict">Whether a schema that cannot be enforced is an error, rather than answered with any JSON.</param>
    /// <exception cref="NotSupportedException">A format of another kind.</exception>
    public static void Write(Utf8JsonWriter writer, ChatResponseFormat? format, bool isStrict)
    {
        if (format is null or ChatResponseFormatText)
        {
            return;
        }

        if (format is not ChatResponseFormatJson json)
        {
            throw new NotSupportedException($"ChatOptions.ResponseFormat {format.GetType().Name} is not supported: use text or JSON.");
        }

        writer.WriteStartObject("response_format");
        writer.WriteString("type", json.Schema is null ? "json_object" : "json_schema");
        if (s_schemas.GetOrCreateTransformedSchema(json) is { } schema)
        {
            writer.WriteStartObject("json_schema");
            writer.WriteString("name", NameOf(json.SchemaName));
            writer.WriteBoolean("strict", isStrict);
            writer.WritePropertyName("schema");
            schema.WriteTo(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>A name of a type may hold what a name on the wire must not; nobody reads it.</summary>
    private static string NameOf(string? name)
    {
        var allowed = Refused().Replace(name ?? "", "_");
        return allowed.Length == 0 ? DefaultName : allowed[..Math.Min(allowed.Length, LongestName)];
    }

    [GeneratedRegex("[^A-Za-z0-9_-]")]
    private static partial Regex Refused();
}
