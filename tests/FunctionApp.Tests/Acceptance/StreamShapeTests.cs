using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>The shape of streams, seen on the wire (contract B.1 to B.4, B.10).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class StreamShapeTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Fact]
    public Task Stream_SendsHeadersBeforeTheFirstToken() => Eventually.MeasuresAsync(
        async () =>
        {
            var stream = await _server.StreamAsync(ChatJson.Streaming("!prefill ms=2500\n!text late"));
            StreamRules.AssertSound(stream);
            Assert.InRange(stream.Elapsed, TimeSpan.FromSeconds(2.4), RillServerRequests.Patience);
            return stream;
        },
        stream => Assert.InRange(stream.Elapsed - stream.Head.Elapsed, TimeSpan.FromSeconds(0.5), RillServerRequests.Patience));

    [Theory]
    [InlineData("!text hello")]
    [InlineData("!text")]
    [InlineData("!count to=200")]
    public async Task Stream_OfAnyLength_ObeysTheFrameRules(string prompt)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming(prompt));

        StreamRules.AssertSound(stream);
        Assert.Equal("stop", stream.FinishReason());
        Assert.All(stream.Choices(), choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind));
    }

    [Fact]
    public async Task Stream_Concatenated_EqualsTheWholeAnswer()
    {
        const string prompt = "!text One \"two\"\\n\\nthree, 世界 👩‍👩‍👧 end.";
        var stream = await _server.StreamAsync(ChatJson.Streaming(prompt, "\"seed\":5"));
        var whole = (await _server.PostAsync(ChatJson.Of(prompt, "\"seed\":5"))).AssertCompletion();

        Assert.Equal("One \"two\"\n\nthree, 世界 👩‍👩‍👧 end.", stream.Text());
        Assert.Equal(stream.Text(), ChatJson.Text(whole));
        Assert.Equal("stop", whole.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Stream_WithoutStreamOptions_HasNoUsage()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello"));

        Assert.All(stream.Chunks, chunk => Assert.False(chunk.TryGetProperty("usage", out var usage) && usage.ValueKind != JsonValueKind.Null));
    }

    [Fact]
    public async Task Stream_WithIncludeUsage_EndsWithTheUsageChunk()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello", "\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream);
        Assert.Equal(0, stream.Chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.All(stream.Chunks.SkipLast(1), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        var (prompt, completion) = (Count(stream.Usage, "prompt_tokens"), Count(stream.Usage, "completion_tokens"));
        Assert.Equal("!text hello".Length, prompt);
        Assert.Equal("hello".Length + 1, completion);
        Assert.Equal(prompt + completion, Count(stream.Usage, "total_tokens"));
    }

    [Fact]
    public async Task Stream_WithContinuousUsage_CountsInEveryChunk()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming(
            "!count to=30", "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}"));

        StreamRules.AssertSound(stream);
        var counts = stream.Chunks.Select(chunk => Count(chunk.GetProperty("usage"), "completion_tokens")).ToList();
        Assert.Equal(0, counts[0]);
        Assert.Equal(counts.Order(), counts);
        Assert.Equal(stream.Text().Length + 1, counts[^1]);
    }

    [Theory]
    [InlineData("\"stream\":false,")]
    [InlineData("")]
    public async Task StreamOptions_WithoutStream_Is400(string stream)
    {
        var answer = await _server.PostAsync(ChatJson.Of("!text hello", stream + "\"stream_options\":{\"include_usage\":true}"));

        answer.AssertError(400, "invalid_value", "stream_options");
    }

    [Fact]
    public async Task Stream_OfThreeChoices_TellsEachApart()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello", "\"n\":3,\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream, choices: 3);
        Assert.Equal(["hello", "hello", "hello"], Enumerable.Range(0, 3).Select(stream.Text));
        Assert.Equal([0, 1, 2], stream.Chunks.Take(3).Select(chunk => Count(chunk.GetProperty("choices")[0], "index")));
        Assert.Equal(("!text hello".Length, 3 * 6), (Count(stream.Usage, "prompt_tokens"), Count(stream.Usage, "completion_tokens")));
    }

    [Fact]
    public async Task WholeAnswer_OfThreeChoices_HasThemInOrder()
    {
        var whole = (await _server.PostAsync(ChatJson.Of("!text hello", "\"n\":3"))).AssertCompletion();

        Assert.Equal([0, 1, 2], whole.GetProperty("choices").EnumerateArray().Select(choice => Count(choice, "index")));
        Assert.Equal(["hello", "hello", "hello"], Enumerable.Range(0, 3).Select(index => ChatJson.Text(whole, index)));
    }

    [Fact]
    public async Task GreedyChoices_AreEqual()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello", "\"n\":2,\"temperature\":0"));

        StreamRules.AssertSound(stream, choices: 2);
        Assert.Equal(stream.Text(0), stream.Text(1));
    }

    [Theory]
    [InlineData("\"max_completion_tokens\":1")]
    [InlineData("\"max_tokens\":1")]
    [InlineData("\"max_completion_tokens\":1,\"max_tokens\":3")]
    public async Task TokenLimit_OfOne_EndsWithLength(string members)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello", members + ",\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream);
        Assert.Equal(("h", "length"), (stream.Text(), stream.FinishReason()));
        Assert.Equal(1, Count(stream.Usage, "completion_tokens"));
    }

    [Fact]
    public async Task TokenLimit_BeyondTheContext_IsClamped()
    {
        var stream = await _server.StreamAsync(
            ChatJson.Streaming("!endless", "\"max_tokens\":1000000,\"stream_options\":{\"include_usage\":true}"));

        StreamRules.AssertSound(stream);
        Assert.Equal("length", stream.FinishReason());
        Assert.Equal(ScriptedServer.ContextLength, Count(stream.Usage, "total_tokens"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task Prompt_BeyondTheContext_Is400BeforeTheStream(int excess)
    {
        var answer = await _server.PostAsync(ChatJson.Streaming(new string('x', ScriptedServer.ContextLength + excess)));

        answer.AssertError(400, "context_length_exceeded", "messages");
    }

    [Fact]
    public async Task Ids_DifferAndFingerprintStays()
    {
        var one = (await _server.PostAsync(ChatJson.Of("!text a"))).AssertCompletion();
        var two = (await _server.PostAsync(ChatJson.Of("!text a"))).AssertCompletion();

        Assert.NotEqual(one.GetProperty("id").GetString(), two.GetProperty("id").GetString());
        Assert.Equal(one.GetProperty("system_fingerprint").GetString(), two.GetProperty("system_fingerprint").GetString());
    }

    [Theory]
    [InlineData("what is ignored", """
        "foo":{"bar":1},"user":"u","store":true,"metadata":{"a":"b"},"service_tier":"auto","verbosity":"low",
        "prediction":{"type":"content","content":"x"},"safety_identifier":"s","prompt_cache_key":"k","web_search_options":{}
        """)]
    [InlineData("null", """
        "model":null,"stream_options":null,"max_tokens":null,"max_completion_tokens":null,"temperature":null,"top_p":null,"top_k":null,
        "frequency_penalty":null,"presence_penalty":null,"logit_bias":null,"seed":null,"stop":null,"n":null,"logprobs":null,
        "top_logprobs":null,"tools":null,"tool_choice":null,"response_format":null,"user":null,"parallel_tool_calls":null
        """)]
    [InlineData("Defaults that clients send", """
        "tools":[],"tool_choice":"auto","parallel_tool_calls":true,"response_format":{"type":"text"},"modalities":["text"],"n":1,"stop":[]
        """)]
    public async Task FieldsThatAskForNothing_ChangeNothing(string name, string members)
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello", members));

        Assert.True(stream.Head.Status == 200, name);
        StreamRules.AssertSound(stream);
        Assert.Equal("hello", stream.Text());
    }

    [Fact]
    public async Task AcceptHeaders_DoNotChangeTheStream()
    {
        var stream = await _server.StreamAsync(
            ChatJson.Streaming("!text hello"), ("Accept", "application/json"), ("Accept-Encoding", "gzip, deflate, br"));

        StreamRules.AssertSound(stream);
        Assert.False(stream.Head.Headers.ContainsKey("Content-Encoding"));
        Assert.False(stream.Head.Headers.ContainsKey("Content-Length"));
        Assert.Equal("no-cache, no-transform", stream.Head.Headers["Cache-Control"]);
        Assert.Equal("no", stream.Head.Headers["X-Accel-Buffering"]);
    }

    [Fact]
    public async Task RequestId_OfTheClient_IsEchoed()
    {
        var given = await _server.StreamAsync(ChatJson.Streaming("!text a"), ("X-Request-Id", "my-id-1"));
        var made = await _server.StreamAsync(ChatJson.Streaming("!text a"));

        Assert.Equal("my-id-1", given.Head.Headers["x-request-id"]);
        Assert.NotEmpty(made.Head.Headers["x-request-id"]);
    }

    [Fact]
    public Task LongPrefill_WithTheDefaultHeartbeat_SendsACommentAfterTenSeconds() => Eventually.MeasuresAsync(
        async () =>
        {
            var stream = await _server.StreamAsync(ChatJson.Streaming("!prefill ms=12000\n!text late"));
            StreamRules.AssertSound(stream);
            return stream.Comments;
        },
        comments => Assert.InRange(Assert.Single(comments).Elapsed, TimeSpan.FromSeconds(9), RillServerRequests.Patience));

    private static int Count(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
