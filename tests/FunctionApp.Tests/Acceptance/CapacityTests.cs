using System.ClientModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Keys, caps, the queue and its deadlines, on a server with one place to run and one to wait (contract A.0, B.14).</summary>
[Collection(nameof(BusyServer))]
public sealed class CapacityTests(BusyServer profile) : IAsyncLifetime
{
    private static readonly TimeSpan _soon = RillServerRequests.Patience;

    private readonly RillServer _server = profile.Server;

    public Task InitializeAsync() => IdleAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer ")]
    [InlineData("Basic " + BusyServer.Key)]
    [InlineData("Bearer " + BusyServer.Key + "x")]
    public async Task WrongKey_Is401(string? authorization)
    {
        (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];

        (await _server.PostAsync(ChatJson.Of("!text a"), headers)).AssertError(401, "invalid_api_key", null);
        (await _server.SendAsync(HttpMethod.Get, "v1/models", null, headers)).AssertError(401, "invalid_api_key", null);
        Assert.Equal(401, (await _server.SendAsync(HttpMethod.Get, "metrics", null, headers)).Status);
    }

    [Theory]
    [InlineData(BusyServer.Key)]
    [InlineData(BusyServer.OtherKey)]
    public async Task AnyOfTheKeys_Opens(string key) =>
        (await _server.PostAsync(ChatJson.Of("!text a"), ("Authorization", "Bearer " + key))).AssertCompletion();

    [Theory]
    [InlineData("health")]
    [InlineData("health/live")]
    [InlineData("health/ready")]
    [InlineData("openapi.json")]
    [InlineData("reference")]
    public async Task HealthAndDescription_AreFree(string path) => Assert.Equal(200, (await _server.GetAsync(path)).Status);

    [Fact]
    public async Task Body_OverTheCap_Is413()
    {
        var answer = await _server.PostAsync(ChatJson.Of(new string('x', 4_000_000)), BusyServer.Bearer);

        answer.AssertError(413, "request_too_large", null);
    }

    [Fact]
    public async Task Body_OverTheCapWithoutALength_Is413()
    {
        await using var connection = await RawConnection.ConnectAsync(_server.BaseUri);
        await connection.SendAsync(
            "POST", ChatJson.Path, json: null, BusyServer.Bearer, ("Content-Type", "application/json"), ("Transfer-Encoding", "chunked"));
        var chunk = (byte[])[.. "8000\r\n"u8, .. Enumerable.Repeat((byte)' ', 0x8000), .. "\r\n"u8];
        for (var i = 0; i < 3; i++)
        {
            await connection.SendBytesAsync(chunk);
        }

        await connection.SendBytesAsync("0\r\n\r\n"u8.ToArray());

        Assert.Equal(413, (await connection.ReadHeadAsync(new CancellationTokenSource(_soon).Token)).Status);
    }

    [Fact]
    public async Task FullQueue_Is503WithRetryAfterAtOnce()
    {
        await using var running = await OpenAsync("!endless\n!delay ms=20");
        await running.TakeAsync(3);
        await using var waiting = await OpenAsync("!text waits");
        var clock = Stopwatch.StartNew();
        var refused = await _server.PostAsync(ChatJson.Of("!text refused"), BusyServer.Bearer);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, _soon);
        refused.AssertError(503, "server_is_overloaded", null);
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 1, 30);
    }

    [Fact]
    public async Task FullQueue_TheDotNetClientWaitsBetweenItsAttempts()
    {
        await using var running = await OpenAsync("!endless\n!delay ms=20");
        await running.TakeAsync(3);
        await using var waiting = await OpenAsync("!text waits");
        var before = await MetricAsync("rill:queue_rejected_total");
        var clock = Stopwatch.StartNew();
        var client = DotNetClient.For(_server, "scripted", retries: 1, key: BusyServer.Key);

        await Assert.ThrowsAsync<ClientResultException>(() => client.CompleteChatAsync("!text refused"));

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), RillServerRequests.Patience);
        Assert.Equal(2, await MetricAsync("rill:queue_rejected_total") - before);
    }

    [Fact]
    public async Task WaitingRequest_RunsWhenThePlaceIsFree()
    {
        await using var running = await OpenAsync("!count to=30\n!delay ms=10");
        await running.TakeAsync(2);
        var waiting = await _server.StreamAsync(ChatJson.Streaming("!text my turn"), BusyServer.Bearer);

        StreamRules.AssertSound(waiting);
        Assert.Equal("my turn", waiting.Text());
    }

    [Fact]
    public async Task WaitingStream_IsToldItsPlaceInAComment()
    {
        await using var running = await OpenAsync("!endless\n!delay ms=20");
        await running.TakeAsync(3);
        await using var waiting = await OpenAsync("!text waits");
        Assert.False((await waiting.NextAsync())!.IsComment);    // the role

        var place = await waiting.NextAsync();

        Assert.Equal(": queued: 0", place!.Text);
    }

    [Fact]
    public async Task Deadline_WhileQueued_Is504()
    {
        await using var running = await OpenAsync("!endless\n!delay ms=20");
        await running.TakeAsync(3);
        var answer = await _server.PostAsync(ChatJson.Of("!text never"), BusyServer.Bearer, ("X-Request-Timeout", "0.5"));

        answer.AssertError(504, "deadline_exceeded", null);
    }

    [Fact]
    public async Task Close_WhileQueued_LeavesTheQueue()
    {
        await using var running = await OpenAsync("!endless\n!delay ms=20");
        await running.TakeAsync(3);
        var waiting = await OpenAsync("!text waits");
        await Eventually.BecomesTrueAsync(async () => await MetricAsync("vllm:num_requests_waiting") == 1, _soon, "the second request waits");
        await waiting.DisposeAsync();

        await Eventually.BecomesTrueAsync(async () => await MetricAsync("vllm:num_requests_waiting") == 0, _soon, "the queue is empty");
        await running.TakeAsync(3);
    }

    private Task<SseStream> OpenAsync(string prompt) =>
        SseStream.OpenAsync(_server, ChatJson.Streaming(prompt), receiveBuffer: null, BusyServer.Bearer);

    private Task<double> MetricAsync(string name) => _server.MetricAsync(name, [], BusyServer.Bearer);

    private Task<TimeSpan> IdleAsync() => Eventually.BecomesTrueAsync(
        async () => await MetricAsync("vllm:num_requests_running") + await MetricAsync("vllm:num_requests_waiting") == 0, _soon, "the engine is idle");
}
