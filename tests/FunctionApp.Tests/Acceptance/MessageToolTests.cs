using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Thoughts and tool calls in the Messages API, over raw HTTP and with Anthropic's own clients (contract A.8).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class MessageToolTests(ScriptedServer profile)
{
    private const string Tools = """
        "tools":[{"name":"weather","description":"The weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}},
        {"name":"now","input_schema":{"type":"object","properties":{}}}]
        """;

    private const string Call = """<tool_call>\n{"name": "weather", "arguments": {"city": "Ulm"}}\n</tool_call>""";
    private const string Prompt = "!text <think>hm</think>On it. " + Call + "\n!answer It is {result}.";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Stream_OfThoughtTextAndCall_HasABlockForEach()
    {
        var stream = await _server.StreamAtAsync(MessagesJson.Path, MessagesJson.Of(Prompt, Tools + ",\"stream\":true,\"thinking\":{\"type\":\"adaptive\"}"));
        var events = MessagesJson.Events(stream);

        Assert.Equal(["thinking", "text", "tool_use"], events.Where(told => MessagesJson.Type(told) == "content_block_start")
            .Select(told => MessagesJson.Type(told.GetProperty("content_block"))));
        Assert.Equal("hm", Joined(events, "thinking_delta", "thinking"));
        Assert.Equal("On it.", Joined(events, "text_delta", "text").Trim());
        Assert.Equal("""{"city": "Ulm"}""", Joined(events, "input_json_delta", "partial_json"));
        Assert.Equal("tool_use", events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.InRange(events[^2].GetProperty("usage").GetProperty("output_tokens_details").GetProperty("thinking_tokens").GetInt32(), 2, 20);
    }

    [Fact]
    public async Task WholeAnswer_WithThoughtsOmitted_HasThemInTheSignature()
    {
        var message = (await MessagesJson.PostAsync(
            _server, MessagesJson.Of(Prompt, Tools + ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"omitted\"}"))).Json;
        var thought = message.GetProperty("content")[0];

        Assert.Equal(("thinking", ""), (MessagesJson.Type(thought), thought.GetProperty("thinking").GetString()));
        Assert.EndsWith(".aG0", thought.GetProperty("signature").GetString(), StringComparison.Ordinal);    // base64url of "hm"
        Assert.Equal("""{"city": "Ulm"}""", message.GetProperty("content")[2].GetProperty("input").GetRawText());
    }

    [Theory]
    [InlineData("""{"type":"any"}""")]
    [InlineData("""{"type":"tool","name":"weather"}""")]
    public async Task Answer_ThatMustCall_Calls(string choice)
    {
        var message = (await MessagesJson.PostAsync(
            _server, MessagesJson.Of("!text " + Call, $"{Tools},\"tool_choice\":{choice},\"thinking\":{{\"type\":\"disabled\"}}"))).Json;

        Assert.Equal("tool_use", message.GetProperty("stop_reason").GetString());
        Assert.Equal("weather", message.GetProperty("content").EnumerateArray().Last().GetProperty("name").GetString());
    }

    [Fact]
    public async Task Answer_ThatMustNotCall_IsText()
    {
        var message = (await MessagesJson.PostAsync(_server, MessagesJson.Of("!text " + Call, Tools + ",\"tool_choice\":{\"type\":\"none\"}"))).Json;

        Assert.Equal("end_turn", message.GetProperty("stop_reason").GetString());
        Assert.Contains("<tool_call>", MessagesJson.Text(message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallWithoutArguments_HasAnEmptyObject()
    {
        var events = MessagesJson.Events(await _server.StreamAtAsync(MessagesJson.Path, MessagesJson.Of(
            """!text <tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>""", Tools + ",\"stream\":true")));

        Assert.Equal("{}", Joined(events, "input_json_delta", "partial_json"));
    }

    [Fact]
    public async Task AgentsRequest_WithAllThatItSends_IsAnswered()
    {
        const string body = """
            {"model":"tests/scripted","max_tokens":32000,"stream":true,"temperature":1,
            "system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1"},{"type":"text","text":"You help."},{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
            "messages":[{"role":"user","content":[{"type":"text","text":"hello"}]},{"role":"system","content":"The date is today."},
            {"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"abc"},{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Ulm"},"caller":{"type":"direct"}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"sun"}],"is_error":false,"cache_control":{"type":"ephemeral"}},{"type":"text","text":"!text It is sunny."}]}],
            "thinking":{"type":"adaptive","display":"omitted"},"context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},
            "output_config":{"effort":"high"},"metadata":{"user_id":"{\"device_id\":\"d\"}"},"diagnostics":{"previous_message_id":null},
            "tools":[{"name":"weather","description":"The weather","input_schema":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"city":{"type":"string"}}},"eager_input_streaming":true},
            {"name":"later","description":"Not yet","input_schema":{"type":"object"},"defer_loading":true}]}
            """;

        var events = MessagesJson.Events(await _server.StreamAtAsync(
            "/v1/messages?beta=true", body, ("anthropic-version", "2023-06-01"), ("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14")));

        Assert.Equal("It is sunny.", Joined(events, "text_delta", "text"));
        Assert.Equal("end_turn", events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
    }

    [SkippableFact]
    public async Task Npm_SendsResultsBack()
    {
        var run = await AnthropicClient.NodeAsync(_server, "tools", MessagesJson.Of(Prompt, Tools));

        Assert.Equal("tool_use", run.GetProperty("first").GetProperty("stop_reason").GetString());
        Assert.Equal("Ulm", run.GetProperty("first").GetProperty("content")[2].GetProperty("input").GetProperty("city").GetString());
        Assert.Equal("It is {\"city\":\"Ulm\"}.", MessagesJson.Text(run.GetProperty("second")));
    }

    [SkippableFact]
    public async Task Npm_HelperReadsThoughtsAndInput()
    {
        var run = await AnthropicClient.NodeAsync(_server, "helper", MessagesJson.Of(Prompt, Tools));

        Assert.Equal(("hm", "On it.", """{"city": "Ulm"}"""),
            (run.GetProperty("thinking").GetString(), run.GetProperty("text").GetString()!.Trim(), run.GetProperty("input").GetString()));
    }

    /// <summary>It asks for a thread first, and sends the whole conversation once that is refused.</summary>
    [SkippableFact]
    public async Task Npm_ToolRunnerRunsToItsEnd() => Assert.Equal(
        "It is {\"city\":\"Ulm\"}.",
        MessagesJson.Text((await AnthropicClient.NodeAsync(_server, "runner", MessagesJson.Of(Prompt, Tools))).GetProperty("message")));

    [Fact]
    public async Task DotNet_AggregatesBlocks()
    {
        var content = (await AnthropicClient.DotNetAsync(_server, "aggregate", MessagesJson.Of(Prompt, Tools))).GetProperty("content");

        Assert.Equal(["thinking", "text", "tool_use"], content.EnumerateArray().Select(MessagesJson.Type));
        Assert.Equal("Ulm", content[2].GetProperty("input").GetProperty("city").GetString());
    }

    [Fact]
    public async Task ChatClient_CallsFunctions()
    {
        var run = await AnthropicClient.DotNetAsync(_server, "functions", MessagesJson.Of(Prompt));

        Assert.Equal(["Ulm", "Ulm"], run.GetProperty("calls").EnumerateArray().Select(city => city.GetString()));
        Assert.All(run.GetProperty("answers").EnumerateArray(), answer =>
        {
            Assert.EndsWith("It is \"rain in Ulm\".", answer.GetProperty("text").GetString(), StringComparison.Ordinal);
            Assert.Equal(("hm", "stop"), (answer.GetProperty("thinking").GetString(), answer.GetProperty("reason").GetString()));
        });
    }

    private static string Joined(IReadOnlyList<JsonElement> events, string type, string member) => string.Concat(events
        .Where(told => MessagesJson.Type(told) == "content_block_delta")
        .Select(told => told.GetProperty("delta"))
        .Where(delta => MessagesJson.Type(delta) == type)
        .Select(delta => delta.GetProperty(member).GetString()));
}
