using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.OpenApi;

/// <summary>
/// The schemas of requests, which are written by hand, against the readers: a value that a schema forbids is refused under the field's
/// name, one at the edge of a range is not, and a field that a reader knows is described.
/// </summary>
[Collection(nameof(ScriptedServer))]
public sealed partial class RequestSchemaTests(ScriptedServer profile)
{
    private const string Model = ScriptedServer.ModelId;

    /// <summary>Values of every kind, none of which is a model's name or a word that some field knows.</summary>
    private static readonly string[] _values = ["\"no word of ours\"", "\"\"", "true", "1.5", "-7", "1e9", "{\"x\":[]}", "[[true]]", "[{\"x\":1}]"];

    private readonly RillServer _server = profile.Server;

    /// <summary>The least that each request is, and where it is sent.</summary>
    public static TheoryData<string, string, string> Requests => new()
    {
        { "ChatCompletionRequest", "v1/chat/completions", """{"messages":[{"role":"user","content":"!text a"}],"logprobs":true}""" },
        { "ChatCompletionRequest", "v1/chat/completions", """{"messages":[{"role":"user","content":"!text a"}],"logprobs":true,"functions":[{"name":"f"}]}""" },
        { "CompletionRequest", "v1/completions", """{"prompt":"!text a"}""" },
        { "EmbeddingRequest", "v1/embeddings", """{"input":"a"}""" },
        { "ResponseRequest", "v1/responses", """{"input":"!text a"}""" },
        { "ResponseRequest", "v1/responses/input_tokens", """{"input":"!text a"}""" },
        { "AnthropicMessageRequest", "v1/messages", $$"""{"model":"{{Model}}","max_tokens":9,"messages":[{"role":"user","content":"!text a"}]}""" },
        { "AnthropicCountRequest", "v1/messages/count_tokens", $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"!text a"}]}""" },
        { "TokenizeRequest", "tokenize", """{"prompt":"a"}""" },
        { "DetokenizeRequest", "detokenize", """{"tokens":[97]}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Value_ThatTheSchemaForbids_IsRefusedUnderTheFieldsName(string schema, string path, string least)
    {
        var document = await ApiDocument.OfAsync(_server);
        Assert.True(document.Allows(schema, JsonElement.Parse(least)));
        Assert.Equal(200, (await _server.SendAsync(HttpMethod.Post, path, least)).Status);

        var refused = 0;
        foreach (var (name, _) in Properties(document, schema).Where(property => !Unread(least).Contains(property.Name)))
        {
            foreach (var value in _values.Where(value => !document.Allows(schema, JsonElement.Parse(With(least, name, JsonNode.Parse(value))))))
            {
                var answer = await SendAsync(path, least, name, JsonNode.Parse(value));

                Assert.True(Names(answer, name), $"{name}: {value} is forbidden, but the answer is {answer.Status} {answer.Body}");
                refused++;
            }
        }

        Assert.True(refused >= 2 * Properties(document, schema).Count, $"Only {refused} values were tried.");
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Number_AtTheEdgeOfItsRange_IsTaken_AndTheNextOneRefused(string schema, string path, string least)
    {
        var document = await ApiDocument.OfAsync(_server);
        foreach (var (name, property) in Properties(document, schema))
        {
            foreach (var (edge, beyond) in Edges(property))
            {
                var taken = await SendAsync(path, least, name, edge);
                var refused = await SendAsync(path, least, name, beyond);

                Assert.False(Names(taken, name), $"{name}: {edge} is allowed, but the answer is {taken.Body}");
                Assert.True(Names(refused, name), $"{name}: {beyond} is forbidden, but the answer is {refused.Status} {refused.Body}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Null_IsTheSameAsAbsent_ButWhereAFieldIsRequired(string schema, string path, string least)
    {
        var document = await ApiDocument.OfAsync(_server);
        var required = document.Schemas[schema]!["required"]?.AsArray().Select(name => name!.GetValue<string>()).ToList() ?? [];
        foreach (var (name, _) in Properties(document, schema))
        {
            var answer = await SendAsync(path, least, name, null);

            Assert.Equal((name, required.Contains(name) || (schema, name) == ("TokenizeRequest", "prompt") ? 400 : 200), (name, answer.Status));
        }
    }

    [Fact]
    public async Task Examples_AreAnswered()
    {
        var document = await ApiDocument.OfAsync(_server);
        var examples = document.Operations.Where(entry => !entry.Path.Contains('{', StringComparison.Ordinal))
            .Select(entry => (entry.Path, Content: entry.Operation["requestBody"]?["content"]?["application/json"]))
            .Where(entry => entry.Content?["example"] is not null).ToList();

        Assert.True(examples.Count > 8);
        foreach (var (path, content) in examples)
        {
            var example = content!["example"]!.ToJsonString().Replace("rill-mini", Model, StringComparison.Ordinal);

            Assert.True(document.Allows(content["schema"]!["$ref"]!.GetValue<string>().Split('/')[^1], JsonElement.Parse(example)), path);
            Assert.Equal((path, 200), (path, (await _server.SendAsync(HttpMethod.Post, path.TrimStart('/'), example)).Status));
        }
    }

    /// <summary>Whatever a reader asks a request for stands in some schema.</summary>
    [Fact]
    public async Task EveryFieldThatAReaderKnows_IsDescribed()
    {
        string[] refusedOnly = ["structural_tag", "audio", "images", "thread"];
        var described = Names((await ApiDocument.OfAsync(_server)).Schemas).ToHashSet();
        var core = Path.Combine(BuiltPrograms.Root, "Shared", "Core");
        var read = new[] { Path.Combine(core, "OpenAI"), Path.Combine(core, "Chat", "Input", "Messages") }
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => FieldName().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.True(read.Count > 90, $"Only {read.Count} names were found.");
        Assert.Empty(read.Except(described).Except(refusedOnly));
    }

    private static List<(string Name, JsonObject Schema)> Properties(ApiDocument document, string schema) =>
        [.. document.Schemas[schema]!["properties"]!.AsObject().Select(property => (property.Key, property.Value!.AsObject()))];

    private static IEnumerable<(JsonNode Edge, JsonNode Beyond)> Edges(JsonObject property)
    {
        var isWhole = property["type"]?.ToJsonString().Contains("integer", StringComparison.Ordinal) ?? false;
        var step = isWhole ? 1 : 0.001;
        if (property["minimum"]?.GetValue<double>() is { } low)
        {
            yield return (low, low - step);
        }

        if (property["maximum"]?.GetValue<double>() is { } high)
        {
            yield return (high, high + step);
        }
    }

    private static IEnumerable<string> Names(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member.Key == "properties" && member.Value is JsonObject properties
            ? properties.Select(property => property.Key).Concat(properties.SelectMany(property => Names(property.Value)))
            : Names(member.Value)),
        JsonArray entries => entries.SelectMany(Names),
        _ => [],
    };

    /// <summary>Whether an answer refuses a value under a field's name; Anthropic's errors have it in their sentence.</summary>
    private static bool Names(ServerAnswer answer, string field)
    {
        if (answer.Status is not (400 or 404))
        {
            return false;
        }

        var error = answer.Json.GetProperty("error");
        var path = error.TryGetProperty("param", out var param) ? param.GetString() ?? "" : error.GetProperty("message").GetString()!;
        return Regex.IsMatch(path, string.Create(CultureInfo.InvariantCulture, $@"^{field}($|[^a-z_])"));
    }

    /// <summary>Of the two names that tools and their choice have, the ones of one form are read.</summary>
    private static string[] Unread(string least) =>
        least.Contains("functions", StringComparison.Ordinal) ? ["tool_choice", "parallel_tool_calls"] : ["function_call"];

    /// <summary>The body with one member more. A text and a conversation exclude each other.</summary>
    private static string With(string least, string name, JsonNode? value)
    {
        var body = JsonNode.Parse(least)!.AsObject();
        body[name] = value?.DeepClone();
        if (name == "messages" && value is not null)
        {
            body.Remove("prompt");
        }

        return body.ToJsonString();
    }

    private Task<ServerAnswer> SendAsync(string path, string least, string name, JsonNode? value) =>
        _server.SendAsync(HttpMethod.Post, path, With(least, name, value));

    [GeneratedRegex("""\["([a-z_]+)"\]""")]
    private static partial Regex FieldName();
}
