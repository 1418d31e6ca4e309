using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Anthropic's own clients, unmodified: NuGet, with Microsoft.Extensions.AI over it, and npm (contract A.8).</summary>
[Collection(nameof(ClientsServer))]
public sealed class AnthropicClientTests(ClientsServer profile)
{
    private const string Prompt = "!text Grüße 🌊\n!delay ms=2";
    private const string Text = "Grüße 🌊";

    private readonly RillServer _server = profile.Server;

    [SkippableTheory]
    [InlineData("create")]
    [InlineData("helper")]
    public async Task Npm_ReadsAnAnswer(string scenario)
    {
        var run = await AnthropicClient.NodeAsync(_server, scenario, MessagesJson.Of(Prompt));
        var message = run.GetProperty("message");

        Assert.Equal((Text, "end_turn", 13), (MessagesJson.Text(message), message.GetProperty("stop_reason").GetString(), OutputTokens(message)));
        Assert.Equal(scenario == "helper" ? Text : null, run.TryGetProperty("text", out var text) ? text.GetString() : null);
        Assert.Equal(scenario == "create", run.TryGetProperty("request_id", out var id) && id.GetString()!.StartsWith("req_", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Npm_IteratesEveryEvent() => Assert.Equal(
        ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
        (await AnthropicClient.NodeAsync(_server, "events", MessagesJson.Of(Prompt))).GetProperty("events").EnumerateArray().Select(MessagesJson.Type).Distinct());

    [SkippableFact]
    public async Task Npm_ParsesAFormat()
    {
        var run = await AnthropicClient.NodeAsync(_server, "format", MessagesJson.Of("!text {\"city\":\"Ulm\"}", """
            "output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}
            """));

        Assert.Equal("{\"city\":\"Ulm\"}", MessagesJson.Text(run.GetProperty("message")));
    }

    [SkippableFact]
    public async Task Npm_CountsTokensAndListsModels()
    {
        var body = MessagesJson.Of("!text hi", "\"max_tokens\":null");

        Assert.Equal(8, (await AnthropicClient.NodeAsync(_server, "count", body)).GetProperty("input_tokens").GetInt32());
        var models = await AnthropicClient.NodeAsync(_server, "models", body);
        Assert.Equal(ScriptedServer.ModelId, Assert.Single(models.GetProperty("models").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(ScriptedServer.ModelId, models.GetProperty("one").GetProperty("display_name").GetString());
    }

    [SkippableTheory]
    [InlineData("create", "!text hello\n!fault after=3", "InternalServerError", "api_error")]
    [InlineData("helper", "!text hello\n!fault after=3", "APIError", "api_error")]
    [InlineData("events", "!text hello\n!fault after=3", "APIError", "api_error")]
    public async Task Npm_ThrowsWhatFailed(string scenario, string prompt, string error, string type)
    {
        var run = await AnthropicClient.NodeAsync(_server, scenario, MessagesJson.Of(prompt));

        Assert.Equal((error, type), (run.GetProperty("error").GetString(), run.GetProperty("type").GetString()));
        Assert.StartsWith("req_", run.GetProperty("request_id").GetString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Npm_ThrowsForAnUnknownModel()
    {
        var run = await AnthropicClient.NodeAsync(_server, "create", MessagesJson.Of("hi", model: "gpt-4"));

        Assert.Equal(("NotFoundError", 404, "not_found_error"),
            (run.GetProperty("error").GetString(), run.GetProperty("status").GetInt32(), run.GetProperty("type").GetString()));
    }

    [SkippableFact]
    public async Task NpmLeaving_FreesThePlace() => Assert.InRange(
        (await AnthropicClient.NodeAsync(_server, "leave", MessagesJson.Of("!endless\n!delay ms=50", "\"max_tokens\":4000"))).GetProperty("idle_after_ms").GetDouble(),
        0, 50_000);

    [Theory]
    [InlineData("create")]
    [InlineData("aggregate")]
    public async Task DotNet_ReadsAnAnswer(string scenario)
    {
        var message = await AnthropicClient.DotNetAsync(_server, scenario, MessagesJson.Of(Prompt));

        Assert.Equal((Text, "end_turn", 13), (MessagesJson.Text(message), message.GetProperty("stop_reason").GetString(), OutputTokens(message)));
    }

    [Fact]
    public async Task DotNet_CountsTokensAndListsModels()
    {
        var body = MessagesJson.Of("!text hi", "\"max_tokens\":null");

        Assert.Equal(8, (await AnthropicClient.DotNetAsync(_server, "count", body)).GetProperty("input_tokens").GetInt32());
        Assert.Equal(ScriptedServer.ModelId, (await AnthropicClient.DotNetAsync(_server, "models", body))[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("create", "!text hello\n!fault after=3", "Anthropic5xxException", "A scripted fault.")]
    [InlineData("aggregate", "!text hello\n!fault after=3", "AnthropicSseException", "A scripted fault.")]
    [InlineData("chat", "!text hello\n!fault after=3", "AnthropicSseException", "A scripted fault.")]
    public async Task DotNet_ThrowsWhatFailed(string scenario, string prompt, string error, string message)
    {
        var run = await AnthropicClient.DotNetAsync(_server, scenario, MessagesJson.Of(prompt));

        Assert.Equal(error, run.GetProperty("error").GetString());
        Assert.Contains(message, run.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChatClient_ReadsStreamedAndWhole()
    {
        var runs = await AnthropicClient.DotNetAsync(_server, "chat", MessagesJson.Of(Prompt));

        Assert.Equal(2, runs.GetArrayLength());
        Assert.All(runs.EnumerateArray(), run =>
        {
            Assert.Equal((Text, "stop"), (run.GetProperty("text").GetString(), run.GetProperty("reason").GetString()));
            Assert.Equal((30, 13), (run.GetProperty("input").GetInt32(), run.GetProperty("output").GetInt32()));
        });
    }

    [Fact]
    public async Task ChatClient_ReadsATypedAnswer()
    {
        var weather = await AnthropicClient.DotNetAsync(_server, "typed", MessagesJson.Of("!text {\"City\":\"Ulm\",\"Degrees\":7}"));

        Assert.Equal(("Ulm", 7), (weather.GetProperty("City").GetString(), weather.GetProperty("Degrees").GetInt32()));
    }

    private static int OutputTokens(JsonElement message) => message.GetProperty("usage").GetProperty("output_tokens").GetInt32();
}
