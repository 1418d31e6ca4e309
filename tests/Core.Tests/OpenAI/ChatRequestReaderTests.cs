using System.Buffers;
using System.Text;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class ChatRequestReaderTests
{
    private const string User = """{"role":"user","content":"hi"}""";

    [Fact]
    public void TryRead_WithEveryField_ReadsThem()
    {
        var request = Read("""
            {"messages":[{"role":"user","content":"hi"}],"model":"m","stream":true,
             "stream_options":{"include_usage":true,"continuous_usage_stats":true,"include_obfuscation":false},
             "max_completion_tokens":5,"max_tokens":6,"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.1,
             "frequency_penalty":1,"presence_penalty":-1,"repetition_penalty":1.1,"logit_bias":{"7":500,"8":-3.5},"seed":-9007199254740993,
             "stop":["a","b"],"stop_token_ids":[1,2],"bad_words":["foo"],"n":2,"min_tokens":1,"ignore_eos":true,
             "logprobs":true,"top_logprobs":3}
            """);

        Assert.Equal("m", request.Model);
        Assert.True(request.Stream);
        Assert.Equal(new StreamOptions(true, true), request.StreamOptions);
        Assert.Equal((5, 6, 5), (request.MaxCompletionTokens, request.MaxTokens, request.TokenLimit));
        Assert.Equal((0.5f, 0.9f, 40, 0.1f), (request.Temperature, request.TopP, request.TopK, request.MinP));
        Assert.Equal((1f, -1f, 1.1f), (request.FrequencyPenalty, request.PresencePenalty, request.RepetitionPenalty));
        Assert.Equal(new Dictionary<int, float> { [7] = 100, [8] = -3.5f }, request.LogitBias);
        Assert.Equal(-9007199254740993, request.Seed);
        Assert.Equal(["a", "b"], request.Stop);
        Assert.Equal([1, 2], request.StopTokenIds);
        Assert.Equal(["foo"], request.BadWords);
        Assert.Equal((2, 1, 3), (request.N, request.MinTokens, request.TopLogprobs));
        Assert.True(request.IgnoreEos && request.Logprobs);
    }

    [Fact]
    public void TryRead_WithEveryOptionalFieldNull_EqualsTheirAbsence()
    {
        string[] names =
        [
            "model", "stream", "stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p", "top_k", "min_p", "typical_p",
            "frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias", "seed", "stop", "n", "logprobs", "top_logprobs",
            "response_format", "tools", "tool_choice", "parallel_tool_calls", "reasoning_effort", "chat_template_kwargs", "include_reasoning",
            "stop_token_ids", "ignore_eos", "min_tokens", "bad_words", "allowed_token_ids", "skip_special_tokens", "structured_outputs",
            "include_stop_str_in_output", "repetition_detection", "echo", "add_generation_prompt", "continue_final_message", "priority",
            "user", "metadata", "store", "modalities", "audio", "functions", "function_call", "cache_salt", "request_id",
        ];
        var request = ReadWith(string.Join(',', names.Select(name => $"\"{name}\":null")));

        Assert.Equivalent(ReadWith("\"unknown\":1"), request, strict: true);
    }

    [Theory]
    [InlineData(ChatRequestRules.MaxMessages, null)]
    [InlineData(ChatRequestRules.MaxMessages + 1, "messages")]
    public void TryRead_OfManyMessages_IsBounded(int count, string? param)
    {
        var body = $"{{\"messages\":[{string.Join(',', Enumerable.Repeat(User, count))}]}}";

        ChatRequestReader.TryRead(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), out _, out var error);

        Assert.Equal(param, error?.Param);
    }

    [Fact]
    public void TryRead_OfAMessageWithManyParts_NamesTheContent()
    {
        var parts = string.Join(',', Enumerable.Repeat("""{"type":"text","text":"a"}""", ChatRequestRules.MaxParts + 1));
        var body = $"{{\"messages\":[{{\"role\":\"user\",\"content\":[{parts}]}}]}}";

        ChatRequestReader.TryRead(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), out _, out var error);

        Assert.Equal((400, "messages[0].content"), (error!.Status, error.Param));
    }

    [Theory]
    [InlineData("""{"role":"developer","content":"x"}""", "developer")]
    [InlineData("""{"role":"system","content":"x"}""", "system")]
    [InlineData("""{"role":"tool","content":"x","tool_call_id":"c"}""", "tool")]
    [InlineData("""{"role":"function","name":"f","content":"x"}""", "tool")]
    [InlineData("""{"role":"assistant","content":"x","refusal":null,"annotations":[],"tool_calls":[]}""", "assistant")]
    public void TryRead_KnownRole_IsRead(string message, string role)
    {
        var read = Assert.Single(ReadMessage(message).Messages);

        Assert.Equal((role, "x"), (read.Role, read.Content?.Text));
        Assert.Null(read.ToolCalls);
    }

    [Fact]
    public void TryRead_TextParts_AreJoinedByLineFeeds()
    {
        var read = ReadMessage("""{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}""").Messages[0];

        Assert.Equal("a\nb", read.Content!.Text);
        Assert.Equal(["a", "b"], read.Content.Parts);
        Assert.False(read.Content.WasString);
    }

    [Fact]
    public void TryRead_AssistantWithToolCalls_KeepsThemAsGiven()
    {
        var read = ReadMessage("""{"role":"assistant","content":null,"tool_calls":[{"id":"c","x":1}],"reasoning":"r"}""").Messages[0];

        Assert.Null(read.Content);
        Assert.Equal("""[{"id":"c","x":1}]""", read.ToolCalls!.Value.GetRawText());
        Assert.Equal("r", read.Reasoning);
    }

    /// <summary>Clients send back an answer that was a thought alone, or nothing.</summary>
    [Theory]
    [InlineData("""{"role":"assistant","content":null,"reasoning":"r"}""")]
    [InlineData("""{"role":"assistant","content":null,"tool_calls":[],"reasoning_content":"r"}""")]
    [InlineData("""{"role":"assistant","reasoning":"r"}""")]
    public void TryRead_AssistantWithoutContentAndCalls_HasAnEmptyText(string message)
    {
        var read = ReadMessage(message).Messages[0];

        Assert.Equal(("", null, "r"), (read.Content!.Text, read.ToolCalls, read.Reasoning));
    }

    [Theory]
    [InlineData("\"stop\":\"x\"", "x")]
    [InlineData("\"stop\":[]", null)]
    public void TryRead_Stop_TakesStringOrList(string json, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], ReadWith(json).Stop);

    [Theory]
    [InlineData("\"n\":2.0")]
    [InlineData("\"n\":2e0")]
    [InlineData("\"n\":7,\"n\":2")]
    [InlineData("\"n\":7,\"\\u006E\":2")]
    public void TryRead_OtherSpellingsOfTwo_AreAccepted(string json) => Assert.Equal(2, ReadWith(json).N);

    [Theory]
    [InlineData("\"temperature\":\"1\"", "temperature")]
    [InlineData("\"temperature\":\"NaN\"", "temperature")]
    [InlineData("\"temperature\":1e999", "temperature")]
    [InlineData("\"temperature\":true", "temperature")]
    [InlineData("\"stream\":\"true\"", "stream")]
    [InlineData("\"stream\":1", "stream")]
    [InlineData("\"model\":5", "model")]
    [InlineData("\"model\":\"\\ud800\"", "model")]
    [InlineData("\"n\":1.5", "n")]
    [InlineData("\"n\":\"1\"", "n")]
    [InlineData("\"seed\":9223372036854775808", "seed")]
    [InlineData("\"seed\":1e300", "seed")]
    [InlineData("\"max_tokens\":[]", "max_tokens")]
    [InlineData("\"stop\":5", "stop")]
    [InlineData("\"stop\":[\"a\",5]", "stop[1]")]
    [InlineData("\"stop\":[null]", "stop[0]")]
    [InlineData("\"stop_token_ids\":[1,\"2\"]", "stop_token_ids[1]")]
    [InlineData("\"bad_words\":\"foo\"", "bad_words")]
    [InlineData("\"logit_bias\":[1]", "logit_bias")]
    [InlineData("\"logit_bias\":{\"abc\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"-1\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"1\":\"x\"}", "logit_bias.1")]
    [InlineData("\"stream_options\":true", "stream_options")]
    [InlineData("\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage")]
    public void TryRead_WrongType_NamesTheField(string json, string param)
    {
        var error = ErrorWith(json);

        Assert.Equal((400, "invalid_value", param), (error.Status, error.Code, error.Param));
        Assert.StartsWith(param, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", 16, "\"x\"")]
    [InlineData("bad_words", 128, "\"x\"")]
    [InlineData("stop_token_ids", 128, "1")]
    public void TryRead_List_OfMoreEntriesThanAllowed_NamesTheField(string name, int most, string entry)
    {
        var entries = Enumerable.Repeat(entry, most);

        ReadWith($"\"{name}\":[{string.Join(',', entries)}]");
        Assert.Equal((name, "invalid_value"), (ErrorOfLonger().Param, ErrorOfLonger().Code));

        ApiError ErrorOfLonger() => ErrorWith($"\"{name}\":[{string.Join(',', entries.Append(entry))}]");
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void TryRead_LogitBias_HasAtMost1024Entries(int count, bool accepted)
    {
        var members = $"\"logit_bias\":{{{string.Join(',', Enumerable.Range(0, count).Select(id => $"\"{id}\":1"))}}}";

        Assert.Equal(accepted ? null : "logit_bias", accepted ? Error(ReadWith(members)) : ErrorWith(members).Param);

        static string? Error(ChatCompletionRequest request) => request.LogitBias.Count == 1024 ? null : "not all were read";
    }

    [Theory]
    [InlineData("5", "messages[0]", "invalid_value")]
    [InlineData("null", "messages[0]", "invalid_value")]
    [InlineData("{}", "messages[0].role", "missing_required_parameter")]
    [InlineData("""{"role":"user"}""", "messages[0].content", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":null}""", "messages[0].content", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":5}""", "messages[0].content", "invalid_value")]
    [InlineData("""{"role":"user","content":[]}""", "messages[0].content", "invalid_value")]
    [InlineData("""{"role":"user","content":["a"]}""", "messages[0].content[0]", "invalid_value")]
    [InlineData("""{"role":"user","content":[{"text":"a"}]}""", "messages[0].content[0].type", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":[{"type":"text"}]}""", "messages[0].content[0].text", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":[{"type":"image_url","image_url":{}}]}""", "messages[0].content[0].type", "unsupported_parameter")]
    [InlineData("""{"role":"user","content":"\udc00"}""", "messages[0].content", "invalid_value")]
    [InlineData("""{"role":"root","content":"a"}""", "messages[0].role", "invalid_value")]
    [InlineData("""{"role":"assistant","tool_calls":5}""", "messages[0].tool_calls", "invalid_value")]
    [InlineData("""{"role":"assistant","tool_calls":[5]}""", "messages[0].tool_calls[0]", "invalid_value")]
    [InlineData("""{"role":"assistant","function_call":{}}""", "messages[0].function_call.name", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":"a","images":["aGk="]}""", "messages[0].images", "unsupported_parameter")]
    [InlineData("""{"role":"system","content":"a","tools":[{"type":"function"}]}""", "messages[0].tools", "unsupported_parameter")]
    [InlineData("""{"role":"user","content":"a","name":5}""", "messages[0].name", "invalid_value")]
    public void TryRead_BadMessage_NamesTheField(string message, string param, string code)
    {
        var error = ErrorOf($$"""{"messages":[{{message}}]}""");

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Theory]
    [InlineData("", "invalid_json", null)]
    [InlineData("{", "invalid_json", null)]
    [InlineData("{\"messages\":[],}", "invalid_json", null)]
    [InlineData("{\"temperature\":NaN}", "invalid_json", null)]
    [InlineData("{\"\\ud800\":1,\"messages\":[]}", "invalid_json", null)]
    [InlineData("[]", "invalid_value", null)]
    [InlineData("{}", "missing_required_parameter", "messages")]
    [InlineData("{\"messages\":null}", "missing_required_parameter", "messages")]
    [InlineData("{\"messages\":\"hi\"}", "invalid_value", "messages")]
    public void TryRead_BadBody_SaysWhatIsWrong(string json, string code, string? param)
    {
        var error = ErrorOf(json);

        Assert.Equal((400, code, param), (error.Status, error.Code, error.Param));
    }

    [Fact]
    public void TryRead_BrokenJson_TellsThePosition() =>
        Assert.Contains("line 2, byte 3", ErrorOf("{\n  oops").Message, StringComparison.Ordinal);

    [Fact]
    public void TryRead_BrokenUtf8_IsAnError()
    {
        var json = Encoding.UTF8.GetBytes("""{"messages":[{"role":"user","content":"#"}]}""");
        json[Array.IndexOf(json, (byte)'#')] = 0xFF;

        Assert.False(ChatRequestReader.TryRead(new ReadOnlySequence<byte>(json), out _, out var error));
        Assert.Equal("messages[0].content", error.Param);
    }

    [Fact]
    public void ToString_OfARequest_ShowsNoText() =>
        Assert.DoesNotContain("secret", string.Concat(
            ReadMessage("""{"role":"user","content":"secret","reasoning":"secret","name":"secret"}""").Messages[0],
            ReadWith("\"chat_template_kwargs\":{\"a\":\"secret\"},\"documents\":[{\"a\":\"secret\"}]")), StringComparison.Ordinal);

    internal static ChatCompletionRequest ReadWith(string members) => Read($$"""{"messages":[{{User}}],{{members}}}""");

    private static ChatCompletionRequest ReadMessage(string message) => Read($$"""{"messages":[{{message}}]}""");

    private static ChatCompletionRequest Read(string json)
    {
        Assert.True(ChatRequestReader.TryRead(Sequence(json), out var request, out var error), error?.Message);
        return request;
    }

    internal static ApiError ErrorWith(string members) => ErrorOf($$"""{"messages":[{{User}}],{{members}}}""");

    internal static ApiError ErrorOf(string json)
    {
        Assert.False(ChatRequestReader.TryRead(Sequence(json), out _, out var error));
        return error;
    }

    private static ReadOnlySequence<byte> Sequence(string json) => new(Encoding.UTF8.GetBytes(json));
}
