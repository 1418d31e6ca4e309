using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>The settings that are not the defaults: ErrorEnding=Done, AnthropicErrorEnding=Cut, FirstTokenBeforeHeaders, SlowReader=Pause, ReasoningKeys=Reasoning (contract B.8, B.13, B.16).</summary>
[Collection(nameof(OtherPoliciesServer))]
public sealed class OtherPoliciesTests(OtherPoliciesServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task ErrorEndingDone_EndsCleanlyAfterTheErrorFrame()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text hello\n!delay ms=20\n!fault after=3"));

        Assert.Equal("internal_error", stream.Error.GetProperty("code").GetString());
        Assert.True(stream.IsDone);
        Assert.Equal("hel", stream.Text());
    }

    [Fact]
    public async Task AnthropicErrorEndingCut_EndsWithoutAWord()
    {
        var stream = await _server.StreamAtAsync(
            MessagesJson.Path, MessagesJson.Of("!text hello\n!delay ms=300\n!fault after=3", "\"stream\":true", "scripted"));

        Assert.False(stream.EndedCleanly);
        Assert.Equal("content_block_delta", MessagesJson.Type(MessagesJson.Events(stream)[^1]));
    }

    [Fact]
    public async Task ReasoningKeys_OfOneName_TellsItUnderThatNameAlone()
    {
        var stream = await _server.StreamAsync(ChatJson.Streaming("!text <think>a</think>b"));
        var message = (await _server.PostAsync(ChatJson.Of("!text <think>a</think>b"))).AssertCompletion().GetProperty("choices")[0].GetProperty("message");

        Assert.Contains(stream.Choices(), choice => choice.GetProperty("delta").TryGetProperty("reasoning", out var told) && told.GetString() == "a");
        Assert.DoesNotContain(stream.Choices(), choice => choice.GetProperty("delta").TryGetProperty("reasoning_content", out _));
        Assert.Equal(("a", false), (message.GetProperty("reasoning").GetString(), message.TryGetProperty("reasoning_content", out _)));
    }

    [Fact]
    public async Task FaultInPrefill_WithFirstTokenBeforeHeaders_Is500() =>
        (await _server.PostAsync(ChatJson.Streaming("!prefill ms=200\n!text hello\n!fault after=0"))).AssertError(500, "internal_error", null);

    [Fact]
    public Task SlowPrefill_WithFirstTokenBeforeHeaders_SendsHeadersAfterTheCap() => Eventually.MeasuresAsync(
        async () =>
        {
            var stream = await _server.StreamAsync(ChatJson.Streaming("!prefill ms=7500\n!text hello"));
            StreamRules.AssertSound(stream);
            return stream;
        },
        stream => Assert.InRange(stream.Head.Elapsed, TimeSpan.FromSeconds(4.5), stream.Elapsed - TimeSpan.FromSeconds(0.5)));

    [Fact]
    public async Task SlowReader_WithPause_StopsOnlyItsOwnSequence()
    {
        await using var stalled = await SseStream.OpenAsync(_server, ChatJson.Streaming("!endless", ChatJson.Bulky));

        // Tokens go on until every buffer on the way is full, and the kernel enlarges its own in bursts: so ask until a whole answer of
        // another client passes in which the stalled sequence makes none. Were it not paused, it would make as many as the other.
        double tokens = 0;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var before = await _server.MetricAsync("vllm:generation_tokens_total");
                var other = await _server.StreamAsync(ChatJson.Streaming("!count to=2000"));
                StreamRules.AssertSound(other);
                tokens = await _server.MetricAsync("vllm:generation_tokens_total");
                return tokens - before - other.Text().Length is >= 0 and < 500;
            },
            RillServerRequests.Patience,
            "the stalled sequence has paused");

        Assert.Equal(1, await _server.MetricAsync("vllm:num_requests_running"));

        // Once its client reads again, the sequence goes on where it stopped.
        var resumed = await stalled.TakeAsync(1_000);
        Assert.StartsWith("1 2 3 ", string.Concat(resumed.Skip(1).Select(Content)), StringComparison.Ordinal);
        var paused = tokens + 600;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await stalled.TakeAsync(200);
                return await _server.MetricAsync("vllm:generation_tokens_total") > paused;
            },
            RillServerRequests.Patience,
            "the sequence has resumed");
    }

    private static string Content(SseFrame frame) => frame.Json.GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString()!;
}
