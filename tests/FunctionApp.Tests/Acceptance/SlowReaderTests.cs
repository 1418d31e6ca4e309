using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>A slow reader under the default policy gets fewer, larger chunks (contract B.13).</summary>
[Collection(nameof(QuickServer))]
public sealed class SlowReaderTests(QuickServer profile) : IAsyncLifetime
{
    private const long Cap = 150 * 1024 * 1024;

    /// <summary>Holds two of the loopback's packets; with room for less than one, data waits for the sender to try again, each time later.</summary>
    private const int SmallestBuffer = 128 * 1024;

    private readonly RillServer _server = profile.Server;

    public Task InitializeAsync() => Eventually.IdleAsync(_server, RillServerRequests.Patience);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public Task SlowReader_GetsTheWholeText() => Eventually.SucceedsAsync(async () =>
    {
        const int last = 20_000;
        var before = _server.WorkerResidentBytes();
        await using var stream = await SseStream.OpenAsync(_server, ChatJson.Streaming($"!count to={last}"), SmallestBuffer);
        for (var read = 0; read < 30; read++)
        {
            await stream.NextAsync();
            await Task.Delay(50);
        }

        var grown = _server.WorkerResidentBytes() - before;
        var whole = await stream.ReadToEndAsync();

        StreamRules.AssertSound(whole);
        Assert.Equal(string.Concat(Enumerable.Range(1, last).Select(number => $"{number} ")), whole.Text());
        Assert.InRange(grown, long.MinValue, Cap);
    });

    [Fact]
    public async Task NonReadingClient_DoesNotGrowTheServer()
    {
        var before = _server.WorkerResidentBytes();
        await using var stream = await SseStream.OpenAsync(_server, ChatJson.Streaming("!endless", "\"n\":8," + ChatJson.Bulky), receiveBuffer: 4096);
        var most = before;
        for (var second = 0; second < 15; second++)
        {
            await Task.Delay(200);
            most = Math.Max(most, _server.WorkerResidentBytes());
        }

        Assert.InRange(most - before, long.MinValue, Cap);
    }
}
