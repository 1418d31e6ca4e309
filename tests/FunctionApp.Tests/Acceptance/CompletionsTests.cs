using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Completions of text over HTTP (contract A.2).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class CompletionsTests(ScriptedServer profile)
{
    private const string Path = "/v1/completions";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Answer_IsATextCompletion()
    {
        var answer = await CompleteAsync("\"prompt\":\"!text Grüße 🌊\",\"max_tokens\":50");

        Assert.Equal(("text_completion", ScriptedServer.ModelId), (answer.GetProperty("object").GetString(), answer.GetProperty("model").GetString()));
        Assert.StartsWith("cmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        var choice = Assert.Single(answer.GetProperty("choices").EnumerateArray());
        Assert.Equal("""{"index":0,"text":"Grüße 🌊","logprobs":null,"finish_reason":"stop"}""", choice.GetRawText());
        Assert.Equal(13, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Stream_HasTextsOneFinishUsageAndDone()
    {
        var stream = await _server.StreamAtAsync(
            Path, "{\"prompt\":\"!text Grüße 🌊\\n!delay ms=2\",\"max_tokens\":50,\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

        Assert.Equal((200, true), (stream.Head.Status, stream.IsDone));
        Assert.Equal("text/event-stream; charset=utf-8", stream.Head.Headers["Content-Type"]);
        Assert.Single(stream.Chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());
        Assert.All(stream.Chunks, chunk => Assert.Equal("text_completion", chunk.GetProperty("object").GetString()));
        var choices = stream.Choices().ToList();
        Assert.All(choices.SkipLast(1), choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("finish_reason").ValueKind));
        Assert.All(choices.SkipLast(1), choice => Assert.NotEqual("", choice.GetProperty("text").GetString()));
        Assert.Equal(("", "stop"), (choices[^1].GetProperty("text").GetString(), choices[^1].GetProperty("finish_reason").GetString()));
        Assert.Equal("Grüße 🌊", Text(stream));
        Assert.All(stream.Chunks.SkipLast(1), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(13, stream.Usage.GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Stream_WithoutAnyOption_EndsAfterSixteenTokensWithoutUsage()
    {
        var stream = await _server.StreamAtAsync(Path, """{"prompt":"!endless","stream":true}""");

        Assert.Equal((16, "length"), (Text(stream).Length, stream.FinishReason()));
        Assert.All(stream.Chunks, chunk => Assert.False(chunk.TryGetProperty("usage", out _)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prompts_EchoedWithoutTokens_ComeBackInOrder(bool streams)
    {
        const string members = "\"prompt\":[\"a\",\"b\"],\"n\":2,\"echo\":true,\"max_tokens\":0";
        IEnumerable<string> texts = streams
            ? (await _server.StreamAtAsync(Path, $"{{{members},\"stream\":true}}")) is var stream ? Enumerable.Range(0, 4).Select(index => Text(stream, index)) : []
            : (await CompleteAsync(members)).GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()!);

        Assert.Equal(["a", "a", "b", "b"], texts);
    }

    [Fact]
    public async Task Prompt_OfIds_EqualsTheText()
    {
        var ids = new JsonArray([.. "!text same"u8.ToArray().Select(value => (JsonNode)value)]).ToJsonString();

        var text = await CompleteAsync("\"prompt\":\"!text same\"");
        var single = await CompleteAsync($"\"prompt\":{ids}");
        var listed = await CompleteAsync($"\"prompt\":[{ids}]");

        Assert.All([single, listed], answer => Assert.Equal(text.GetProperty("choices").GetRawText(), answer.GetProperty("choices").GetRawText()));
        Assert.All([single, listed], answer => Assert.Equal(text.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()));
    }

    [Fact]
    public async Task Stop_EndsTheTextBeforeIt_AndIsNotLookedForInTheEcho()
    {
        var choice = (await CompleteAsync("\"prompt\":\"!text one END two\",\"stop\":[\"END\"],\"echo\":true")).GetProperty("choices")[0];

        Assert.Equal(("!text one END twoone ", "END"), (choice.GetProperty("text").GetString(), choice.GetProperty("stop_reason").GetString()));
    }

    [Fact]
    public async Task Logprobs_GoOnFromEventToEvent()
    {
        const string members = "\"prompt\":\"!text ab🌊c\\n!delay ms=3\",\"logprobs\":2";
        var stream = await _server.StreamAtAsync(Path, $"{{{members},\"stream\":true}}");
        var whole = (await CompleteAsync(members)).GetProperty("choices")[0].GetProperty("logprobs");

        var parts = stream.Choices().Select(choice => choice.GetProperty("logprobs")).Where(logprobs => logprobs.ValueKind == JsonValueKind.Object).ToList();
        Assert.All(
            (string[])["text_offset", "token_logprobs", "tokens", "top_logprobs"],
            name => Assert.Equal(
                whole.GetProperty(name).EnumerateArray().Select(entry => entry.GetRawText()),
                parts.SelectMany(part => part.GetProperty(name).EnumerateArray()).Select(entry => entry.GetRawText())));
        Assert.Equal([0, 1, 2, 2, 2, 2, 3, 4], whole.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()));
    }

    [Fact]
    public async Task EchoWithLogprobs_TellsThePromptsTokensBeforeTheOthers()
    {
        const string members = "\"prompt\":\"!text ab🌊c\",\"logprobs\":2,\"echo\":true";
        var stream = await _server.StreamAtAsync(Path, $"{{{members},\"stream\":true}}");
        var whole = (await CompleteAsync(members)).GetProperty("choices")[0];

        var choices = stream.Choices().ToList();
        var parts = choices.Select(choice => choice.GetProperty("logprobs")).Where(logprobs => logprobs.ValueKind == JsonValueKind.Object).ToList();
        Assert.Equal("!text ab🌊c", choices[0].GetProperty("text").GetString());
        Assert.Equal("!text ab🌊cab🌊c", whole.GetProperty("text").GetString());
        Assert.All(
            (string[])["text_offset", "token_logprobs", "tokens", "top_logprobs"],
            name => Assert.Equal(
                whole.GetProperty("logprobs").GetProperty(name).EnumerateArray().Select(entry => entry.GetRawText()),
                parts.SelectMany(part => part.GetProperty(name).EnumerateArray()).Select(entry => entry.GetRawText())));
        Assert.Equal(
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 9, 10, 11, 12, 12, 12, 12, 13, 14],
            whole.GetProperty("logprobs").GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()));
        Assert.All((string[])["token_logprobs", "top_logprobs"], name => Assert.Equal(JsonValueKind.Null, parts[0].GetProperty(name)[0].ValueKind));
    }

    [Fact]
    public async Task ResponseFormat_HoldsTheText()
    {
        var answer = await CompleteAsync(
            "\"prompt\":\"!text no\",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"const\":\"yes\"}}}");

        Assert.Equal("yes", JsonElement.Parse(answer.GetProperty("choices")[0].GetProperty("text").GetString()!).GetString());
    }

    [Theory]
    [InlineData("{}", 400, "missing_required_parameter", "prompt")]
    [InlineData("""{"prompt":""}""", 400, "invalid_value", "prompt")]
    [InlineData("""{"prompt":"a","suffix":"b"}""", 400, "unsupported_parameter", "suffix")]
    [InlineData("""{"prompt":"a","best_of":3}""", 400, "unsupported_parameter", "best_of")]
    [InlineData("""{"prompt":[99999]}""", 400, "invalid_value", "prompt")]
    [InlineData("""{"prompt":"a","model":"gpt-4"}""", 404, "model_not_found", "model")]
    public async Task BadRequest_NamesTheField(string json, int status, string code, string param) =>
        (await _server.SendAsync(HttpMethod.Post, Path, json)).AssertError(status, code, param);

    [Fact]
    public async Task Prompt_LongerThanTheContext_IsAStatusThoughAStreamWasAskedFor() =>
        (await _server.SendAsync(HttpMethod.Post, Path, $"{{\"prompt\":[\"a\",\"{new string('b', ScriptedServer.ContextLength)}\"],\"stream\":true}}"))
            .AssertError(400, "context_length_exceeded", "prompt");

    /// <summary>They stay in memory until the answer is written.</summary>
    [Fact]
    public async Task EchoedLogprobs_ThatWouldFillTheMemory_AreRefusedByName()
    {
        var prompts = string.Join(',', Enumerable.Repeat($"\"{new string('b', 900)}\"", 64));
        string Asking(int logprobs) => $$"""{"prompt":[{{prompts}}],"max_tokens":0,"echo":true,"logprobs":{{logprobs}}}""";

        (await _server.SendAsync(HttpMethod.Post, Path, Asking(20))).AssertError(400, "invalid_value", "logprobs");
        Assert.Equal(200, (await _server.SendAsync(HttpMethod.Post, Path, Asking(0))).Status);
    }

    [Fact]
    public async Task Fault_InOneOfThePrompts_EndsTheStreamWithAnErrorAndACut()
    {
        var stream = await _server.StreamAtAsync(Path, """{"prompt":["!endless\n!delay ms=5","!endless\n!delay ms=5\n!fault after=3"],"max_tokens":500,"stream":true}""");

        Assert.False(stream.EndedCleanly);
        Assert.Equal("internal_error", stream.Error.GetProperty("code").GetString());
        await Eventually.IdleAsync(_server, RillServerRequests.Patience);
    }

    [Fact]
    public async Task Client_ThatLeaves_EndsAllItsPrompts()
    {
        await using (var stream = await SseStream.OpenAtAsync(_server, Path, """{"prompt":["!endless","!endless"],"n":2,"max_tokens":4000,"stream":true}"""))
        {
            await stream.TakeAsync(3);
        }

        await Eventually.IdleAsync(_server, RillServerRequests.Patience);
    }

    [SkippableFact]
    public async Task NpmClient_ReadsStreamAndAnswer()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "completion.mjs", """{"prompt":"!text Grüße 🌊\n!delay ms=2","max_tokens":50}"""));

        Assert.Equal(("Grüße 🌊", "stop", 1), (run.GetProperty("text").GetString(), run.GetProperty("finish_reason").GetString(), run.GetProperty("ids").GetInt32()));
        Assert.Equal("Grüße 🌊", run.GetProperty("whole").GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(
            run.GetProperty("usage").GetProperty("total_tokens").GetInt32(),
            run.GetProperty("whole").GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    private static string Text(SseTranscript stream, int index = 0) =>
        string.Concat(stream.Choices(index).Select(choice => choice.GetProperty("text").GetString()));

    private async Task<JsonElement> CompleteAsync(string members)
    {
        var answer = await _server.SendAsync(HttpMethod.Post, Path, $"{{{members}}}");
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json;
    }
}
