using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Heartbeats and steady gaps (contract B.9). The interval is half a second here.</summary>
[Collection(nameof(QuickServer))]
public sealed class LivenessTests(QuickServer profile)
{
    private const string SlowPrefill = "!prefill ms=5500\n!text at last";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public Task LongPrefill_SendsCommentsAllTheWhile() => Eventually.MeasuresAsync(
        async () =>
        {
            var stream = await _server.StreamAsync(ChatJson.Streaming(SlowPrefill));
            StreamRules.AssertSound(stream);
            Assert.Equal("at last", stream.Text());
            return stream;
        },
        stream =>
        {
            Assert.InRange(stream.Comments.Count(), 4, 11);
            var times = stream.Frames.Select(frame => frame.Elapsed).Prepend(stream.Head.Elapsed).ToList();
            Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.Zero, TimeSpan.FromSeconds(4)));
        });

    [Fact]
    public Task LongPrefill_TheDotNetClientBearsItWithAShortNetworkTimeout() => Eventually.SucceedsAsync(async () =>
    {
        var client = DotNetClient.For(_server, "scripted", networkTimeout: TimeSpan.FromSeconds(4), retries: 0);
        var text = "";
        await foreach (var update in client.CompleteChatStreamingAsync(SlowPrefill))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
        }

        Assert.Equal("at last", text);
    });

    [SkippableFact]
    public async Task LongPrefill_TheNpmClientBearsIt()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "stream.mjs", ChatJson.Of(SlowPrefill), "1"));

        Assert.Equal("at last", run.GetProperty("text").GetString());
    }

    [Fact]
    public Task FlowingTokens_NeedNoComments() => Eventually.MeasuresAsync(
        async () =>
        {
            var stream = await _server.StreamAsync(ChatJson.Streaming("!count to=60\n!delay ms=15"));
            StreamRules.AssertSound(stream);
            Assert.InRange(stream.Elapsed, TimeSpan.FromSeconds(2), RillServerRequests.Patience);
            return stream;
        },
        stream => Assert.Empty(stream.Comments));

    [Fact]
    public Task Gaps_ThroughTheProxy_AreThoseOfTheModel() => Eventually.MeasuresAsync(
        () => _server.StreamAsync(ChatJson.Streaming("!text abcdefghijklmnopqrstuvwxyz\n!delay ms=60")),
        stream =>
        {
            var times = stream.Frames.Where(frame => !frame.IsDone).Select(frame => frame.Elapsed).ToList();
            var gaps = times.Zip(times.Skip(1), (first, second) => (second - first).TotalMilliseconds).Skip(1).SkipLast(1).Order().ToList();
            Assert.InRange(gaps[gaps.Count / 2], 50, 160);
            Assert.InRange(times.Count, 20, 30);
        });
}
