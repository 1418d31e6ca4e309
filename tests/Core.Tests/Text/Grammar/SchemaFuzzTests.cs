using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Text.Grammar;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Whatever a client sends as a schema, it compiles or is refused, and both soon.</summary>
public class SchemaFuzzTests
{
    private static readonly string[] _keywords =
    [
        "not", "oneOf", "anyOf", "allOf", "items", "properties", "required", "enum", "const", "type", "minimum", "multipleOf", "pattern",
        "minLength", "maxLength", "minItems", "maxItems", "additionalProperties", "patternProperties", "propertyNames", "if", "then", "else",
        "contains", "$ref", "dependencies", "minProperties", "maxProperties", "format", "uniqueItems", "$id", "$anchor", "$schema",
    ];

    private static readonly string[] _values =
    [
        "null", "true", "false", "0", "-1", "1e9", "1e400", "1.5", "\"\"", "\"a\"", "\"#\"", "[]", "{}", "[{}]", "[1,\"a\"]", "\"#/definitions/x\"",
        "\"(a\"", "{\"a\":{}}", "99999999999999999999", "[true,false]", "\"string\"", "[\"string\",\"integer\"]", "\"^(a|b)*$\"",
        "\"date-time\"", "{\"not\":{}}",
    ];

    [SkippableFact]
    public void Compile_OfDamagedSchemas_CompilesOrRefuses()
    {
        var random = new Random(11);
        var lines = File.ReadAllLines(Vectors.Path("json-schema", "maskbench-sample.jsonl"));
        var compiled = 0;
        for (var count = 0; count < 300; count++)
        {
            var schema = JsonNode.Parse(lines[random.Next(lines.Length)])!["schema"];
            try
            {
                CompiledGrammar.OfSchema(JsonSerializer.SerializeToElement(Damage(schema, random, depth: 0)), GrammarWorld.Bytes);
                compiled++;
            }
            catch (SchemaException refused)
            {
                Assert.NotEmpty(refused.Message);
            }
        }

        Assert.InRange(compiled, 20, 280);
    }

    private static JsonNode? Damage(JsonNode? node, Random random, int depth)
    {
        if (depth > 0 && random.Next(12) == 0)
        {
            return JsonNode.Parse(_values[random.Next(_values.Length)]);
        }

        if (node is JsonArray items)
        {
            return new JsonArray([.. items.Select(item => Damage(item, random, depth + 1))]);
        }

        if (node is not JsonObject members)
        {
            return node?.DeepClone();
        }

        var damaged = new JsonObject();
        foreach (var (name, value) in members.Where(_ => random.Next(15) > 0))
        {
            damaged[name] = Damage(value, random, depth + 1);
        }

        if (random.Next(5) == 0)
        {
            damaged[_keywords[random.Next(_keywords.Length)]] = JsonNode.Parse(_values[random.Next(_values.Length)]);
        }

        return damaged;
    }
}
