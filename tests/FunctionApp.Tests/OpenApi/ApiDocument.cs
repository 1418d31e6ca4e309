using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.OpenApi;

/// <summary>The document that a server gives, and what values are by it.</summary>
internal sealed class ApiDocument
{
    private const string Components = "#/components/schemas/", Definitions = "#/$defs/";
    private static readonly EvaluationOptions _listing = new() { OutputFormat = OutputFormat.List };

    private readonly JsonObject _definitions;
    private readonly Dictionary<string, JsonSchema> _built = [];

    private ApiDocument(string json)
    {
        Root = JsonNode.Parse(json)!.AsObject();
        _definitions = JsonNode.Parse(Root["components"]!["schemas"]!.ToJsonString().Replace(Components, Definitions, StringComparison.Ordinal))!.AsObject();
    }

    /// <summary>All of it.</summary>
    public JsonObject Root { get; }

    /// <summary>The schemas of the document by their names.</summary>
    public JsonObject Schemas => Root["components"]!["schemas"]!.AsObject();

    /// <summary>Every operation.</summary>
    public IEnumerable<(string Path, string Method, JsonObject Operation)> Operations =>
        from path in Root["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (path.Key, operation.Key, operation.Value!.AsObject());

    /// <summary>Asks a server for it.</summary>
    public static async Task<ApiDocument> OfAsync(RillServer server)
    {
        var answer = await server.GetAsync("openapi.json");
        Assert.Equal(200, answer.Status);
        return new ApiDocument(answer.Body);
    }

    /// <summary>Whether a value is one of those that a schema describes.</summary>
    public bool Allows(string schema, JsonElement value) => Build(Named(schema)).Evaluate(value).IsValid;

    /// <summary>Fails the test where a value is none that the schema describes, or has a member that the schema does not name.</summary>
    public void AssertIs(string schema, JsonElement value)
    {
        var result = Build(Named(schema)).Evaluate(value, _listing);

        Assert.True(result.IsValid, $"No {schema}: {value}\n" + string.Join('\n', (result.Details ?? [])
            .SelectMany(detail => (detail.Errors ?? []).Select(error => $"{detail.InstanceLocation}: {error.Value}"))));
        AssertNamed(_definitions[schema]!.AsObject(), value, schema);
    }

    /// <summary>Looks for members that no schema names, where an object has one schema alone.</summary>
    private void AssertNamed(JsonObject schema, JsonElement value, string path)
    {
        if (schema["$ref"]?.GetValue<string>() is { } name)
        {
            AssertNamed(_definitions[name[Definitions.Length..]]!.AsObject(), value, path);
        }
        else if (schema["anyOf"] is JsonArray choices && schema["properties"] is null)
        {
            // Of several forms that a value may have, those that it has.
            foreach (var choice in choices.Select(choice => choice!.AsObject()).Where(choice => Build(choice).Evaluate(value).IsValid && choice["$ref"] is not null))
            {
                AssertNamed(choice, value, path);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && schema["items"] is JsonObject entry)
        {
            Assert.All(value.EnumerateArray(), item => AssertNamed(entry, item, path + "[]"));
        }
        else if (value.ValueKind == JsonValueKind.Object && schema["properties"] is JsonObject properties)
        {
            Assert.All(value.EnumerateObject(), member =>
            {
                Assert.True(properties.ContainsKey(member.Name), $"{path}.{member.Name} is answered, but not described.");
                AssertNamed(properties[member.Name]!.AsObject(), member.Value, $"{path}.{member.Name}");
            });
        }
    }

    private static JsonObject Named(string schema) => new() { ["$ref"] = Definitions + schema };

    private JsonSchema Build(JsonObject schema)
    {
        var text = schema.ToJsonString();
        if (!_built.TryGetValue(text, out var built))
        {
            var root = JsonNode.Parse(text)!.AsObject();
            root["$defs"] = _definitions.DeepClone();
            _built[text] = built = JsonSchema.FromText(root.ToJsonString());
        }

        return built;
    }
}
