using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>What one client with large requests may take from others.</summary>
public sealed class GreedyClientTests
{
    private const int Modest = 8, Requests = 12;

    [Fact]
    public async Task ModestClients_BesideGreedyOnes_AreServed()
    {
        await using var server = await RillServer.StartAsync();
        var large = ChatJson.Of(string.Concat(Enumerable.Repeat("😀 many words ", 160_000)));
        using var enough = new CancellationTokenSource();
        var greedy = Enumerable.Range(0, 4).Select(_ => RepeatAsync(server, large, enough.Token)).ToList();

        var modest = await Task.WhenAll(Enumerable.Range(0, Modest).Select(async _ =>
        {
            var statuses = new List<int>();
            for (var i = 0; i < Requests; i++)
            {
                statuses.Add((await server.PostAsync("""{"max_tokens":2,"messages":[{"role":"user","content":"Hello"}]}""")).Status);
            }

            return statuses;
        }));
        await enough.CancelAsync();
        var refused = (await Task.WhenAll(greedy)).SelectMany(statuses => statuses).ToList();

        Assert.All(modest.SelectMany(statuses => statuses), status => Assert.Equal(200, status));
        Assert.All(refused, status => Assert.Contains(status, (int[])[400, 503]));
        Assert.True(server.WorkerResidentBytes() < 2L << 30, $"The worker takes {server.WorkerResidentBytes() >> 20} MiB.");
    }

    private static async Task<List<int>> RepeatAsync(RillServer server, string json, CancellationToken cancellationToken)
    {
        var statuses = new List<int>();
        while (!cancellationToken.IsCancellationRequested)
        {
            statuses.Add((await server.PostAsync(json)).Status);
        }

        return statuses;
    }
}
