using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>
/// Reads what peers have beside response_format: vLLM's structured_outputs and its older guided_ fields, llama.cpp's and SGLang's json_schema,
/// SGLang's regex, and grammars under each one's name. One of them at most may ask for something.
/// </summary>
internal static class StructuredOutputFields
{
    private const int MostChoices = 1_000;

    private static readonly string[] s_options = ["whitespace_pattern", "disable_any_whitespace", "disable_additional_properties"];

    /// <summary>The form that is asked for, by one of these fields or by response_format.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="format">What response_format asks for; null for nothing.</param>
    public static ResponseFormat? Read(JsonField fields, ResponseFormat? format)
    {
        (JsonField Field, ResponseFormat? Format)[] forms =
        [
            .. ReadObject(fields["structured_outputs"]),
            Schema(fields["guided_json"]), Pattern(fields["guided_regex"]), Choice(fields["guided_choice"]),
            Schema(fields["json_schema"]), Pattern(fields["regex"]),
            Grammar(fields["guided_grammar"]), Grammar(fields["grammar"]), Grammar(fields["ebnf"]),
        ];
        foreach (var (field, form) in forms)
        {
            if (form is null)
            {
                continue;
            }

            if (format is not null)
            {
                field.Refuse($"must not stand beside another form of the answer ({format.Path}).");
            }

            format = form;
        }

        return format;
    }

    private static IEnumerable<(JsonField Field, ResponseFormat? Format)> ReadObject(JsonField field)
    {
        if (!field.IsPresent || !field.CheckObject())
        {
            return [];
        }

        if (field["structural_tag"] is { IsPresent: true } tag)
        {
            tag.RefuseUnsupported($"{tag.Path} is not supported by this server: use json, regex, choice or grammar.");
        }

        foreach (var option in s_options.Select(name => field[name]).Where(option => option is { IsPresent: true, Value.ValueKind: not JsonValueKind.False }))
        {
            option.RefuseUnsupported($"{option.Path} is not supported by this server: leave it out.");
        }

        return [Schema(field["json"]), Pattern(field["regex"]), Choice(field["choice"]), Grammar(field["grammar"]), AnyObject(field["json_object"])];
    }

    private static (JsonField, ResponseFormat?) AnyObject(JsonField field) =>
        (field, field.Bool() == true ? new(null, IsStrict: true) { Path = field.Path } : null);

    /// <summary>A schema, or its text.</summary>
    private static (JsonField, ResponseFormat?) Schema(JsonField field)
    {
        if (!field.IsPresent || UnsupportedFields.IsEmpty(field.Value))
        {
            return (field, null);
        }

        if (field.Value.ValueKind != JsonValueKind.String)
        {
            return (field, field.CheckObject() ? new(field.Value.Clone(), IsStrict: true) { Path = field.Path } : null);
        }

        try
        {
            if (field.String() is { } text && JsonElement.Parse(text) is { ValueKind: JsonValueKind.Object } schema)
            {
                return (field, new(schema, IsStrict: true) { Path = field.Path });
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        field.Refuse("must be a JSON Schema, an object or its text.");
        return (field, null);
    }

    private static (JsonField, ResponseFormat?) Pattern(JsonField field) =>
        (field, field.String() is { Length: > 0 } pattern ? new(null, IsStrict: true) { Path = field.Path, Pattern = pattern } : null);

    private static (JsonField, ResponseFormat?) Grammar(JsonField field) =>
        (field, field.String() is { Length: > 0 } grammar ? new(null, IsStrict: true) { Path = field.Path, Grammar = grammar } : null);

    private static (JsonField, ResponseFormat?) Choice(JsonField field)
    {
        var choices = field.Array(entry => entry.String(), MostChoices) ?? [];
        if (choices.Contains(""))
        {
            field.Refuse("must not hold an empty text.");
        }

        return (field, choices.Count > 0 ? new(null, IsStrict: true) { Path = field.Path, Choices = choices } : null);
    }
}
