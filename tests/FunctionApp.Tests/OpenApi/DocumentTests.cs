using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.OpenApi;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.OpenApi;

/// <summary>The document as a whole: a reader takes it, and it names what is served, no more and no less.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class DocumentTests(ScriptedServer profile)
{
    /// <summary>Functions that are no part of the API: what answers every other path, and what people look at.</summary>
    private static readonly string[] _others = ["Page", "PageAssets", "Reference", "ZNotFound"];

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Document_IsReadWithoutErrorsOrWarnings()
    {
        var json = (await _server.GetAsync("openapi.json")).Body;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));

        var read = await OpenApiDocument.LoadAsync(stream, "json");

        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal("/", Assert.Single(read.Document!.Servers!).Url);
        Assert.Equal(["apiKey", "bearer", "xApiKey"], read.Document.Components!.SecuritySchemes!.Keys.Order());
    }

    [Fact]
    public async Task EveryReference_LeadsToWhatIsThere_AndEverySchemaIsUsed()
    {
        var document = await ApiDocument.OfAsync(_server);
        var references = References(JsonElement.Parse(document.Root.ToJsonString())).ToHashSet();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(
            reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)document.Root, (node, name) => node?[name])));
        Assert.Empty(document.Schemas.Select(schema => "#/components/schemas/" + schema.Key).Except(references));
    }

    [Fact]
    public async Task Operations_HaveIdsOfTheirOwn()
    {
        var document = await ApiDocument.OfAsync(_server);
        var ids = document.Operations.Select(entry => entry.Operation["operationId"]!.GetValue<string>()).ToList();

        Assert.Equal(ids.Distinct(), ids);
        Assert.All(document.Operations, entry => Assert.Equal(
            Placeholders(entry.Path), (entry.Operation["parameters"]?.AsArray() ?? []).Where(parameter => parameter!["in"]!.GetValue<string>() == "path")
                .Select(parameter => parameter!["name"]!.GetValue<string>())));
    }

    [Fact]
    public async Task EveryFunction_IsDescribed_AndEveryPathIsAFunctions()
    {
        var paths = (await ApiDocument.OfAsync(_server)).Operations.Select(entry => "/" + Fill(entry.Path).TrimStart('/')).Distinct().ToList();
        using var metadata = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(BuiltPrograms.FunctionApp, "functions.metadata")));
        var routes = metadata.RootElement.EnumerateArray()
            .Select(function => (Name: function.GetProperty("name").GetString()!, Route: function.GetProperty("bindings")[0].GetProperty("route").GetString()!))
            .Where(function => !_others.Contains(function.Name))
            .Select(function => (function.Name, Matcher: new TemplateMatcher(TemplateParser.Parse(function.Route), [])))
            .ToList();

        Assert.DoesNotContain(routes, route => !paths.Any(path => route.Matcher.TryMatch(path, [])));
        Assert.DoesNotContain(paths, path => !routes.Any(route => route.Matcher.TryMatch(path, [])));
    }

    /// <summary>A path or a method that is not served is 404 unknown_url or 405; the contract knows no other answer to it.</summary>
    [Fact]
    public async Task EveryOperation_IsServed()
    {
        foreach (var (path, method, operation) in (await ApiDocument.OfAsync(_server)).Operations)
        {
            var answer = await _server.SendAsync(new HttpMethod(method.ToUpperInvariant()), Fill(path).TrimStart('/') + "?count=1", method == "post" ? "{}" : null);

            Assert.True(answer.Status != 405 && !answer.Body.Contains("unknown_url", StringComparison.Ordinal), $"{method} {path}: {answer.Body}");
            Assert.True(operation["responses"]!.AsObject().ContainsKey($"{answer.Status}"), $"{method} {path} answers {answer.Status}, which is not described.");
        }
    }

    [Fact]
    public async Task Document_IsNotSentTwice()
    {
        var first = await _server.GetAsync("openapi.json");
        var tag = first.Headers.ETag!.ToString();
        var again = await _server.SendAsync(HttpMethod.Get, "openapi.json", null, ("If-None-Match", tag));
        var other = await _server.SendAsync(HttpMethod.Get, "openapi.json", null, ("If-None-Match", "\"another\""));

        Assert.Equal((304, ""), (again.Status, again.Body));
        Assert.Equal((200, first.Body), (other.Status, other.Body));
        Assert.Equal((405, 200), (
            (await _server.SendAsync(HttpMethod.Post, "openapi.json", "{}")).Status, (await _server.SendAsync(HttpMethod.Head, "openapi.json")).Status));
    }

    private static string Fill(string path) => path.Replace("{id}", Uri.EscapeDataString(ScriptedServer.ModelId), StringComparison.Ordinal)
        .Replace("{deployment}", Uri.EscapeDataString(ScriptedServer.ModelId), StringComparison.Ordinal)
        .Replace("{response_id}", "resp_0", StringComparison.Ordinal);

    private static IEnumerable<string> Placeholders(string path) =>
        path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'));

    private static IEnumerable<string> References(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(member => member.Name == "$ref" ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
