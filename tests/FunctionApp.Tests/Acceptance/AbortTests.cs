using System.Diagnostics;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>What a client's leaving does to its own sequence, and to nobody else's (contract B.12).</summary>
[Collection(nameof(QuickServer))]
public sealed class AbortTests(QuickServer profile) : IAsyncLifetime
{
    private const string Endless = "!endless\n!delay ms=20";

    private readonly RillServer _server = profile.Server;

    public Task InitializeAsync() => Eventually.IdleAsync(_server, RillServerRequests.Patience);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task RawClose_FreesThePlaceAndStopsTheTokens()
    {
        var aborts = await AbortsAsync();
        var stream = await SseStream.OpenAsync(_server, ChatJson.Streaming(Endless));
        await stream.TakeAsync(6);
        await stream.DisposeAsync();

        await Eventually.IdleAsync(_server, RillServerRequests.Patience);
        await IsCountedAsync(aborts);
        var tokens = await _server.MetricAsync("vllm:generation_tokens_total");
        await Task.Delay(200);
        Assert.Equal(tokens, await _server.MetricAsync("vllm:generation_tokens_total"));
    }

    [Fact]
    public async Task RawClose_WithoutAStream_FreesThePlace()
    {
        var aborts = await AbortsAsync();
        var connection = await RawConnection.ConnectAsync(_server.BaseUri);
        await connection.SendAsync("POST", ChatJson.Path, ChatJson.Of(Endless));
        await Eventually.BecomesTrueAsync(async () => await _server.MetricAsync("vllm:num_requests_running") == 1, RillServerRequests.Patience, "the request runs");
        await connection.DisposeAsync();

        await Eventually.IdleAsync(_server, RillServerRequests.Patience);
        await IsCountedAsync(aborts);
    }

    [SkippableFact]
    public async Task NpmBreak_FreesThePlace()
    {
        var aborts = await AbortsAsync();
        var run = Assert.Single(await NodeClient.RunAsync(_server, "break.mjs", ChatJson.Of(Endless), "5"));

        // The script asks for the metrics itself after its break, since its own end would close the connection too.
        Assert.InRange(run.GetProperty("idle_after_ms").GetDouble(), 0, 50_000);
        await IsCountedAsync(aborts);
    }

    [Fact]
    public async Task DotNetBreak_FreesThePlace()
    {
        var client = DotNetClient.For(_server, "scripted");
        var updates = 0;
        await foreach (var update in client.CompleteChatStreamingAsync(Endless))
        {
            if (++updates == 5)
            {
                break;
            }
        }

        // This client goes on draining for about two seconds (contract M10).
        await Eventually.IdleAsync(_server, RillServerRequests.Patience);
    }

    [Fact]
    public async Task Close_DuringPrefill_StopsIt()
    {
        var stream = await SseStream.OpenAsync(_server, ChatJson.Streaming("!prefill ms=600000\n!text never\n" + new string('x', 5_000)));
        await Eventually.BecomesTrueAsync(async () => await _server.MetricAsync("vllm:num_requests_running") == 1, RillServerRequests.Patience, "the prefill runs");
        await stream.DisposeAsync();

        await Eventually.IdleAsync(_server, RillServerRequests.Patience);
    }

    [Fact]
    public async Task TwentyAborts_LeaveTheOtherTwentyUnchanged()
    {
        var steady = Enumerable.Range(0, 20)
            .Select(index => _server.StreamAsync(ChatJson.Streaming($"!text {TextOf(index)}\n!delay ms=10"))).ToList();
        var leaving = Enumerable.Range(0, 20).Select(async index =>
        {
            await using var stream = await SseStream.OpenAsync(_server, ChatJson.Streaming("!endless\n!delay ms=10"));
            await stream.TakeAsync(2 + index);
        });
        await Task.WhenAll(leaving);

        var transcripts = await Task.WhenAll(steady);
        Assert.All(transcripts, transcript => StreamRules.AssertSound(transcript));
        Assert.Equal(Enumerable.Range(0, 20).Select(TextOf), transcripts.Select(transcript => transcript.Text()));
        await Eventually.IdleAsync(_server, RillServerRequests.Patience);

        static string TextOf(int index) => string.Concat(Enumerable.Repeat($"<{index}> ", 30));
    }

    [Fact]
    public Task ClientThatNeverReads_IsGivenUpAfterTheWriteTimeout() => Eventually.MeasuresAsync(
        async () =>
        {
            var clock = Stopwatch.StartNew();
            var before = await TimeoutsAsync();
            await using var dead = await SseStream.OpenAsync(_server, ChatJson.Streaming("!endless", ChatJson.Bulky), receiveBuffer: 4096);
            var neighbour = _server.StreamAsync(ChatJson.Streaming("!count to=100\n!delay ms=10"));

            await Eventually.BecomesTrueAsync(async () => await TimeoutsAsync() > before, RillServerRequests.Patience, "the write timed out");
            StreamRules.AssertSound(await neighbour);
            await Eventually.IdleAsync(_server, RillServerRequests.Patience);
            Assert.True(clock.Elapsed >= TimeSpan.FromSeconds(2), $"{clock.Elapsed}");
            return (await neighbour).Frames.Select(frame => frame.Elapsed).ToList();
        },
        times => Assert.All(
            times.Zip(times.Skip(1)),
            pair => Assert.InRange(pair.Second - pair.First, TimeSpan.Zero, TimeSpan.FromSeconds(2)))); // which the dead client is waited for

    /// <summary>A sequence leaves the engine an instant before it is counted.</summary>
    private Task<TimeSpan> IsCountedAsync(double before) => Eventually.BecomesTrueAsync(
        async () => await AbortsAsync() == before + 1, RillServerRequests.Patience, "the abort is counted");

    private Task<double> TimeoutsAsync() => _server.MetricAsync("rill:stream_abort_total", ["write_timeout"]);

    private Task<double> AbortsAsync() => _server.MetricAsync("rill:stream_abort_total", ["cause=\"client\""]);
}
