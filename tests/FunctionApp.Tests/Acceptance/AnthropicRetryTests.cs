using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Keys and a full server, as Anthropic's clients meet them (contract A.8).</summary>
[Collection(nameof(BusyServer))]
public sealed class AnthropicRetryTests(BusyServer profile)
{
    private const string Model = "scripted";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task FullServer_Is503WithRetryAfterInTheWordsOfTheApi()
    {
        await using var occupied = await OccupyAsync();
        var answer = await MessagesJson.PostAsync(_server, MessagesJson.Of("!text hi", model: Model), BusyServer.Bearer);

        MessagesJson.AssertError(answer, 503, "overloaded_error");
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FullServer_IsTriedAgainByTheClient(bool node)
    {
        // Once before, so that the client is installed when the time counts.
        Assert.Equal("hi", await AskAsync(node));
        var occupied = await OccupyAsync();
        var refused = await RefusedAsync();
        var run = AskAsync(node);
        try
        {
            await Eventually.BecomesTrueAsync(
                async () => run.IsCompleted || await RefusedAsync() > refused, RillServerRequests.Patience, "the client was refused");
        }
        finally
        {
            await occupied.DisposeAsync();
        }

        Assert.Equal("hi", await run);
    }

    [Fact]
    public async Task WrongKey_Is401InTheWordsOfTheApi() => MessagesJson.AssertError(
        await MessagesJson.PostAsync(_server, MessagesJson.Of("!text hi", model: Model), ("x-api-key", "wrong")), 401, "authentication_error");

    [Theory]
    [InlineData("x-api-key", BusyServer.Key)]
    [InlineData("Authorization", "Bearer " + BusyServer.Key)]
    public async Task Key_UnderBothNames_Opens(string name, string value) => Assert.Equal(
        200, (await MessagesJson.PostAsync(_server, MessagesJson.Of("!text hi", model: Model), (name, value))).Status);

    [Fact]
    public async Task Body_OverTheCap_Is413InTheWordsOfTheApi() => MessagesJson.AssertError(
        await MessagesJson.PostAsync(_server, MessagesJson.Of(new string('x', 200_000), model: Model), BusyServer.Bearer), 413, "request_too_large");

    private async Task<string> AskAsync(bool node)
    {
        var request = MessagesJson.Of("!text hi", model: Model);
        return MessagesJson.Text(node
            ? (await AnthropicClient.NodeAsync(_server, "retry", request, BusyServer.Key)).GetProperty("message")
            : await AnthropicClient.DotNetAsync(_server, "retry", request, BusyServer.Key));
    }

    private Task<double> RefusedAsync() => _server.MetricAsync("rill:queue_rejected_total", null, BusyServer.Bearer);

    /// <summary>Fills the place to run and the place to wait.</summary>
    private async Task<Occupied> OccupyAsync()
    {
        await Eventually.BecomesTrueAsync(
            async () => await _server.MetricAsync("vllm:num_requests_running", null, BusyServer.Bearer) == 0
                && await _server.MetricAsync("vllm:num_requests_waiting", null, BusyServer.Bearer) == 0,
            RillServerRequests.Patience,
            "the engine is idle");
        var running = await SseStream.OpenAsync(_server, ChatJson.Streaming("!endless\n!delay ms=20"), null, BusyServer.Bearer);
        await running.TakeAsync(3);
        return new Occupied(running, await SseStream.OpenAsync(_server, ChatJson.Streaming("!text waits"), null, BusyServer.Bearer));
    }

    private sealed record Occupied(SseStream Running, SseStream Waiting) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Running.DisposeAsync();
            await Waiting.DisposeAsync();
        }
    }
}
