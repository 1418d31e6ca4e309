using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Anthropic's Messages API over raw HTTP (contract A.8).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class MessagesTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/messages?beta=true")]
    public async Task WholeAnswer_HasWhatClientsNeed(string path)
    {
        var answer = await _server.SendAsync(
            HttpMethod.Post, path, MessagesJson.Of("!text Grüße 🌊"), ("anthropic-version", "2026-10-21"), ("anthropic-beta", "unheard-of-2030-01-01"));

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["content", "id", "model", "role", "stop_reason", "stop_sequence", "type", "usage"],
            answer.Json.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(("message", "assistant", "Grüße 🌊"), (MessagesJson.Type(answer.Json), answer.Json.GetProperty("role").GetString(), MessagesJson.Text(answer.Json)));
        Assert.Equal(("end_turn", ScriptedServer.ModelId), (answer.Json.GetProperty("stop_reason").GetString(), answer.Json.GetProperty("model").GetString()));
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("stop_sequence").ValueKind);
        Assert.Equal(answer.Headers.GetValues("x-request-id").Single(), answer.Headers.GetValues("request-id").Single());
    }

    [Fact]
    public async Task Stream_HasEveryEventOnceAndInOrder()
    {
        var stream = await _server.StreamAtAsync(MessagesJson.Path, MessagesJson.Of("!text Grüße 🌊\n!delay ms=2", "\"stream\":true"));
        var events = MessagesJson.Events(stream);

        Assert.True(stream.EndedCleanly);
        Assert.Equal(
            ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            events.Select(MessagesJson.Type).Distinct());
        Assert.Equal(5, events.Count(told => MessagesJson.Type(told) != "content_block_delta"));
        Assert.Equal("Grüße 🌊", string.Concat(events.Where(told => MessagesJson.Type(told) == "content_block_delta")
            .Select(told => told.GetProperty("delta").GetProperty("text").GetString())));
        var start = events[0].GetProperty("message");
        Assert.Equal((0, JsonValueKind.Null), (start.GetProperty("content").GetArrayLength(), start.GetProperty("stop_reason").ValueKind));
        var end = events[^2];
        Assert.Equal("end_turn", end.GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.Equal(JsonValueKind.Null, end.GetProperty("delta").GetProperty("stop_sequence").ValueKind);
        Assert.Equal(13, end.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Theory]
    [InlineData("!text one END two", "\"stop_sequences\":[\"END\"]", "stop_sequence", "END", "one ")]
    [InlineData("!endless", "\"max_tokens\":9", "max_tokens", null, "1 2 3 4 5")]
    [InlineData("!text hi", "\"max_tokens\":32000", "end_turn", null, "hi")]
    [InlineData("!text hi", "\"max_tokens\":0", "max_tokens", null, "")]
    [InlineData("!endless\n!prefill ms=0", "\"max_tokens\":32000", "model_context_window_exceeded", null, null)]
    public async Task Answer_ThatEndsForAnyReason_SaysWhichStreamedOrNot(string prompt, string members, string reason, string? sequence, string? text)
    {
        var whole = (await MessagesJson.PostAsync(_server, MessagesJson.Of(prompt, members))).Json;
        var events = MessagesJson.Events(await _server.StreamAtAsync(MessagesJson.Path, MessagesJson.Of(prompt, members + ",\"stream\":true")));
        var end = events[^2].GetProperty("delta");

        Assert.Equal((reason, sequence), (whole.GetProperty("stop_reason").GetString(), whole.GetProperty("stop_sequence").GetString()));
        Assert.Equal((reason, sequence), (end.GetProperty("stop_reason").GetString(), end.GetProperty("stop_sequence").GetString()));
        if (text is not null)
        {
            Assert.Equal(text, MessagesJson.Text(whole));
        }
    }

    [Fact]
    public async Task Format_OfASchema_IsObeyed()
    {
        var answer = await MessagesJson.PostAsync(_server, MessagesJson.Of("!text {\"a\":7}", """
            "output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}}
            """));

        Assert.Equal(7, JsonElement.Parse(MessagesJson.Text(answer.Json)).GetProperty("a").GetInt32());
    }

    [Fact]
    public async Task CountTokens_IsTheLengthOfThePrompt()
    {
        const string body = """{"model":"tests/scripted","messages":[{"role":"user","content":"!text Grüße"}],"thinking":null}""";
        var answer = await _server.SendAsync(HttpMethod.Post, "/v1/messages/count_tokens", body);

        Assert.Equal("""{"input_tokens":13}""", answer.Body);
        Assert.Equal(13, (await MessagesJson.PostAsync(_server, MessagesJson.Of("!text Grüße"))).Json.GetProperty("usage").GetProperty("input_tokens").GetInt32());
    }

    [Theory]
    [InlineData("{", 400, "invalid_request_error", "The request body is not valid JSON")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"max_tokens":1}""", 400, "invalid_request_error", "model: Field required")]
    [InlineData("""{"model":"gpt-4","messages":[{"role":"user","content":"a"}],"max_tokens":1}""", 404, "not_found_error", "model: The model 'gpt-4' does not exist")]
    [InlineData("""{"model":"tests/scripted","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"},{"type":"image","source":{}}]}],"max_tokens":1}""", 400, "invalid_request_error", "messages.1.content.1: is of the type image")]
    [InlineData("""{"model":"tests/scripted","messages":[{"role":"user","content":"a"}],"max_tokens":1,"stop_sequences":[""]}""", 400, "invalid_request_error", "stop_sequences: Every entry")]
    [InlineData("""{"model":"tests/scripted","messages":[{"role":"user","content":"a"}],"max_tokens":1,"output_config":{"format":{"type":"json_schema","schema":{"uniqueItems":true}}}}""", 400, "invalid_request_error", "output_config.format.schema: ")]
    [InlineData("""{"model":"tests/scripted","messages":[{"role":"user","content":"a"}],"max_tokens":1,"stream":true,"temperature":3}""", 400, "invalid_request_error", "temperature: must lie in")]
    public async Task BadRequest_IsToldInTheWordsOfTheApi(string json, int status, string type, string message) => Assert.StartsWith(
        message, MessagesJson.AssertError(await MessagesJson.PostAsync(_server, json), status, type), StringComparison.Ordinal);

    [Fact]
    public async Task Thread_IsRefusedSoThatClientsSendTheWholeConversation()
    {
        var answer = await MessagesJson.PostAsync(_server, MessagesJson.Of("!text hi", "\"thread\":{\"type\":\"create\"}"));

        MessagesJson.AssertError(answer, 400, "invalid_request_error");
        Assert.Equal("""{"error_code":"thread_unsupported_request","unsupported":[]}""", answer.Json.GetProperty("error").GetProperty("details").GetRawText());
    }

    [Fact]
    public async Task Prompt_ThatIsTooLong_IsToldWithBothNumbers()
    {
        var prompt = new string('x', ScriptedServer.ContextLength + 904);

        Assert.Equal(
            "prompt is too long: 5000 tokens > 4096 maximum",
            MessagesJson.AssertError(await MessagesJson.PostAsync(_server, MessagesJson.Of(prompt)), 400, "invalid_request_error"));
    }

    [Theory]
    [InlineData("GET", "v1/messages", 405, "invalid_request_error")]
    [InlineData("POST", "v1/messages/batches", 404, "not_found_error")]
    public async Task Request_ToWhatIsNotThere_IsToldInTheWordsOfTheApi(string method, string path, int status, string type) =>
        MessagesJson.AssertError(await _server.SendAsync(new HttpMethod(method), path), status, type);

    [Fact]
    public async Task Prefill_IsGoneOnWith()
    {
        const string body = """
            {"model":"tests/scripted","max_tokens":50,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"!text on"}]}
            """;

        Assert.Equal("on", MessagesJson.Text((await MessagesJson.PostAsync(_server, body)).Json));
    }

    [Fact]
    public async Task ModelList_IsBothApis()
    {
        var list = (await _server.GetAsync("v1/models")).Json;
        var model = list.GetProperty("data")[0];

        Assert.Equal((false, ScriptedServer.ModelId, ScriptedServer.ModelId),
            (list.GetProperty("has_more").GetBoolean(), list.GetProperty("first_id").GetString(), list.GetProperty("last_id").GetString()));
        Assert.Equal(("model", "model", ScriptedServer.ModelId),
            (model.GetProperty("type").GetString(), model.GetProperty("object").GetString(), model.GetProperty("display_name").GetString()));
        Assert.Equal("1970-01-01T00:00:00Z", model.GetProperty("created_at").GetString());
    }
}
