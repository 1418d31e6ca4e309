using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>The Responses API over HTTP (contract A.5).</summary>
[Collection(nameof(QuickServer))]
public sealed class ResponsesTests(QuickServer profile)
{
    private const string Text = "Grüße 🌊, \"quoted\"\nnew line.";
    private const string Prompt = "!delay ms=2\n!text Grüße 🌊, \"quoted\"\\nnew line.";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Response_HasOneMessageAndWhatTheRequestSaid()
    {
        var response = (await PostAsync(ResponsesJson.Of(
            Prompt, """
            "instructions":"Be brief.","max_output_tokens":90,"metadata":{"a":"b"},"temperature":0.5,"user":"u","store":false
            """))).Json;

        Assert.Equal(["id", "object", "created_at", "status"], response.EnumerateObject().Select(member => member.Name).Take(4));
        Assert.StartsWith("resp_", response.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(("response", "completed", "scripted"), (Word(response, "object"), Word(response, "status"), Word(response, "model")));
        Assert.Equal(Text, ResponsesJson.Text(response));
        var item = Assert.Single(response.GetProperty("output").EnumerateArray());
        Assert.Equal(("message", "completed", "assistant"), (ResponsesJson.Type(item), Word(item, "status"), Word(item, "role")));
        Assert.Equal("output_text", ResponsesJson.Type(item.GetProperty("content")[0]));
        Assert.Equal(0, item.GetProperty("content")[0].GetProperty("annotations").GetArrayLength());
        Assert.Equal(("Be brief.", 90, "b"), (Word(response, "instructions"), response.GetProperty("max_output_tokens").GetInt32(), Word(response.GetProperty("metadata"), "a")));
        Assert.Equal((0.5, 1.0), (response.GetProperty("temperature").GetDouble(), response.GetProperty("top_p").GetDouble()));
        Assert.False(response.GetProperty("store").GetBoolean());
        Assert.All(["error", "incomplete_details", "previous_response_id"], name => Assert.Equal(JsonValueKind.Null, response.GetProperty(name).ValueKind));
        Assert.True(response.GetProperty("completed_at").GetInt64() >= response.GetProperty("created_at").GetInt64());
        var usage = response.GetProperty("usage");
        Assert.Equal(33, usage.GetProperty("output_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("input_tokens").GetInt32() + 33, usage.GetProperty("total_tokens").GetInt32());
        Assert.Equal(0, usage.GetProperty("output_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Fact]
    public async Task Case89_Stream_HasTheEventsInOrderAndTheWholeResponseLast()
    {
        var stream = await _server.StreamAtAsync(ResponsesJson.Path, ResponsesJson.Streaming(Prompt));
        var events = ResponsesJson.Events(stream);

        Assert.Equal((200, true), (stream.Head.Status, stream.EndedCleanly));
        Assert.Equal("text/event-stream; charset=utf-8", stream.Head.Headers["Content-Type"]);
        const string delta = "response.output_text.delta";
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", delta,
                "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
            ],
            events.Select(ResponsesJson.Type).Distinct());
        var text = ResponsesJson.Joined(events, delta);
        Assert.Equal(Text, text);
        Assert.Equal(text, Word(One(events, "response.output_text.done"), "text"));
        Assert.Equal(text, Word(One(events, "response.content_part.done").GetProperty("part"), "text"));
        var response = events[^1].GetProperty("response");
        Assert.Equal((text, "completed"), (ResponsesJson.Text(response), Word(response, "status")));
        Assert.Equal(One(events, "response.output_item.done").GetProperty("item").GetRawText(), response.GetProperty("output")[0].GetRawText());
        Assert.Equal(33, response.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.Single(events.Where(told => told.TryGetProperty("response", out _)).Select(told => Word(told.GetProperty("response"), "id")).Distinct());
        Assert.Equal("in_progress", Word(events[0].GetProperty("response"), "status"));
        Assert.All(
            events.Where(told => told.TryGetProperty("item_id", out _)),
            told => Assert.Equal(Word(response.GetProperty("output")[0], "id"), Word(told, "item_id")));
    }

    [Fact]
    public async Task Stream_OfReasoningWordsAndACall_HasAnItemForEach()
    {
        var events = ResponsesJson.Events(await _server.StreamAtAsync(ResponsesJson.Path, ResponsesJson.Streaming(ResponsesJson.Calling, ResponsesJson.Tools)));

        var response = events[^1].GetProperty("response");
        var output = response.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal(["reasoning", "message", "function_call"], output.Select(ResponsesJson.Type));
        Assert.Equal("Hm.", ResponsesJson.Joined(events, "response.reasoning_summary_text.delta"));
        Assert.Equal("Hm.", Word(output[0].GetProperty("summary")[0], "text"));
        Assert.Equal(Word(output[2], "arguments"), ResponsesJson.Joined(events, "response.function_call_arguments.delta"));
        Assert.Equal("Bern", Word(JsonElement.Parse(Word(output[2], "arguments")!), "city"));
        Assert.Equal(("completed", "get"), (Word(response, "status"), Word(output[2], "name")));
        Assert.True(response.GetProperty("usage").GetProperty("output_tokens_details").GetProperty("reasoning_tokens").GetInt32() > 0);
    }

    [Theory]
    [InlineData("\"tool_choice\":\"required\"", "get")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"name\":\"get\"}", "get")]
    [InlineData("\"tool_choice\":\"none\"", null)]
    public async Task ToolChoice_DecidesWhetherTheModelCalls(string choice, string? called)
    {
        var response = (await PostAsync(ResponsesJson.Of("!text plain words", $"{ResponsesJson.Tools},{choice},\"max_output_tokens\":120"))).Json;

        Assert.Equal(called, response.GetProperty("output").EnumerateArray().Where(item => ResponsesJson.Type(item) == "function_call").Select(item => Word(item, "name")).FirstOrDefault());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Case91_TokenLimit_MakesTheResponseIncomplete(bool streams)
    {
        const string members = "\"max_output_tokens\":3";
        var response = streams
            ? ResponsesJson.Events(await _server.StreamAtAsync(ResponsesJson.Path, ResponsesJson.Streaming("!text abcdef", members)))[^1].GetProperty("response")
            : (await PostAsync(ResponsesJson.Of("!text abcdef", members))).Json;

        Assert.Equal(("incomplete", "max_output_tokens", "abc"),
            (Word(response, "status"), Word(response.GetProperty("incomplete_details"), "reason"), ResponsesJson.Text(response)));
        Assert.Equal("incomplete", Word(response.GetProperty("output")[0], "status"));
        Assert.Equal(3, response.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task Case91_TokenLimitInAStream_IsToldByItsOwnEvent() => Assert.Equal(
        "response.incomplete",
        ResponsesJson.Type(ResponsesJson.Events(await _server.StreamAtAsync(ResponsesJson.Path, ResponsesJson.Streaming("!text abcdef", "\"max_output_tokens\":3")))[^1]));

    [Theory]
    [InlineData("!text hello\n!fault after=3", "hel")]
    [InlineData("!text hello\n!fault after=0", "")]
    public async Task Case92_FaultInAStream_EndsWithAnErrorEventAndACut(string prompt, string text)
    {
        var stream = await _server.StreamAtAsync(ResponsesJson.Path, ResponsesJson.Streaming(prompt));
        var events = ResponsesJson.Events(stream);

        Assert.Equal((200, false), (stream.Head.Status, stream.EndedCleanly));
        Assert.Equal(text, ResponsesJson.Joined(events, "response.output_text.delta"));
        var error = events[^1];
        Assert.Equal(("error", "internal_error"), (ResponsesJson.Type(error), Word(error, "code")));
        Assert.Equal(Word(error, "message"), Word(error.GetProperty("error"), "message"));
        Assert.Equal("server_error", Word(error.GetProperty("error"), "type"));
    }

    [Fact]
    public async Task Fault_WithoutAStream_Is500() =>
        (await PostAsync(ResponsesJson.Of("!text hello\n!fault after=3"))).AssertError(500, "internal_error", null);

    [Fact]
    public async Task Logprobs_OfAStream_AreThoseOfTheWholePart()
    {
        const string members = "\"include\":[\"message.output_text.logprobs\"],\"top_logprobs\":2";
        var events = ResponsesJson.Events(await _server.StreamAtAsync(ResponsesJson.Path, ResponsesJson.Streaming("!text abc\n!delay ms=5", members)));

        var told = events.Where(item => ResponsesJson.Type(item) == "response.output_text.delta")
            .SelectMany(item => item.GetProperty("logprobs").EnumerateArray()).Select(entry => entry.GetRawText()).ToList();
        var part = One(events, "response.content_part.done").GetProperty("part");
        Assert.Equal(["a", "b", "c"], told.Select(entry => Word(JsonElement.Parse(entry), "token")));
        Assert.Equal(told, part.GetProperty("logprobs").EnumerateArray().Select(entry => entry.GetRawText()));
        Assert.All(told, entry => Assert.Equal(2, JsonElement.Parse(entry).GetProperty("top_logprobs").GetArrayLength()));
    }

    [Fact]
    public async Task Format_OfASchema_HoldsTheAnswerToIt()
    {
        var response = (await PostAsync(ResponsesJson.Of(
            "!text {\"b\":1}",
            """
            "text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"type":"object","properties":{"a":{"const":7}},"required":["a"],"additionalProperties":false}}},"max_output_tokens":60
            """))).Json;

        Assert.Equal(7, JsonElement.Parse(ResponsesJson.Text(response)).GetProperty("a").GetInt32());
        Assert.Equal("x", Word(response.GetProperty("text").GetProperty("format"), "name"));
    }

    [Fact]
    public async Task Case98_InputTokens_EqualThoseOfTheUsage()
    {
        var request = ResponsesJson.Of(Prompt, "\"store\":false");
        var counted = (await _server.SendAsync(HttpMethod.Post, ResponsesJson.Path + "/input_tokens", request)).Json;
        var used = (await PostAsync(request)).Json.GetProperty("usage").GetProperty("input_tokens");

        Assert.Equal("response.input_tokens", Word(counted, "object"));
        Assert.Equal(used.GetInt32(), counted.GetProperty("input_tokens").GetInt32());
    }

    [Theory]
    [InlineData("{}", 400, "missing_required_parameter", "input")]
    [InlineData("""{"input":7}""", 400, "invalid_value", "input")]
    [InlineData("""{"input":"a","background":true}""", 400, "unsupported_parameter", "background")]
    [InlineData("""{"input":"a","background":true,"store":false}""", 400, "unsupported_parameter", "background")]
    [InlineData("""{"input":"a","conversation":"conv_1"}""", 400, "unsupported_parameter", "conversation")]
    [InlineData("""{"input":"a","tools":[{"type":"web_search"}]}""", 400, "unsupported_parameter", "tools[0].type")]
    [InlineData("""{"input":[{"type":"web_search_call","id":"ws_1"}]}""", 400, "unsupported_parameter", "input[0].type")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":"x"}]}]}""", 400, "unsupported_parameter", "input[0].content[0].type")]
    [InlineData("""{"input":"a","model":"nope"}""", 404, "model_not_found", "model")]
    [InlineData("""{"input":"a","max_output_tokens":0}""", 400, "invalid_value", "max_output_tokens")]
    [InlineData("""{"input":"a","previous_response_id":"resp_0"}""", 404, "previous_response_not_found", "previous_response_id")]
    [InlineData("""{"input":[{"type":"item_reference","id":"msg_0"}]}""", 404, "item_not_found", "input[0].id")]
    [InlineData("""{"input":[]}""", 400, "invalid_value", "input")]
    [InlineData("""{"input":"a","text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"unevaluatedItems":{}}}}}""", 400, "unsupported_parameter", "text.format.schema")]
    public async Task Request_ThatIsWrong_IsAnErrorThatNamesTheField(string json, int status, string code, string param) =>
        (await PostAsync(json)).AssertError(status, code, param);

    [Theory]
    [InlineData("GET", "/v1/responses", 405, "method_not_allowed")]
    [InlineData("GET", "/v1/responses/input_tokens", 405, "method_not_allowed")]
    [InlineData("PUT", "/v1/responses/resp_1", 405, "method_not_allowed")]
    [InlineData("POST", "/v1/responses/compact", 404, "unknown_url")]
    [InlineData("GET", "/v1/responses/resp_1/other", 404, "unknown_url")]
    [InlineData("GET", "/v1/conversations", 404, "unknown_url")]
    [InlineData("POST", "/responses", 404, "unknown_url")]
    public async Task Path_ThatIsNotServed_IsAnErrorObject(string method, string path, int status, string code) =>
        (await _server.SendAsync(new HttpMethod(method), path)).AssertError(status, code, null);

    [Theory]
    [InlineData("openai/v1/responses")]
    [InlineData("openai/responses?api-version=2025-03-01-preview")]
    public async Task Response_AtAzuresAddresses_IsMadeAndKept(string path)
    {
        var response = (await _server.SendAsync(HttpMethod.Post, path, ResponsesJson.Of("!text hi"))).Json;

        Assert.Equal("hi", ResponsesJson.Text(response));
        var kept = await _server.GetAsync($"{path.Split('?')[0]}/{Word(response, "id")}");
        Assert.Equal(response.GetRawText(), kept.Json.GetRawText());
    }

    private static string? Word(JsonElement value, string name) => value.GetProperty(name).GetString();

    private static JsonElement One(IReadOnlyList<JsonElement> events, string type) => Assert.Single(events, told => ResponsesJson.Type(told) == type);

    private Task<ServerAnswer> PostAsync(string json) => _server.SendAsync(HttpMethod.Post, ResponsesJson.Path, json);
}
