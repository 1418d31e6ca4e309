using System.Diagnostics;
using System.Net;
using Rill.FunctionApp.Tests.Acceptance.Harness;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>Clients that leave, and functions that take too long.</summary>
[Collection(nameof(WorkerTestAppFixture))]
public sealed class CancellationTests(WorkerTestAppFixture fixture)
{
    [Fact]
    public async Task ClientGone_MidStream_CancelsContextAndRequest()
    {
        using (var response = await OpenAsync(fixture.Server.Client, "stream?count=1000&every=50&name=gone&both"))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await reader.ReadLineAsync();
        }

        Assert.Equal("context True, aborted True", await ObservedAsync(fixture.Server.Client, "gone"));
    }

    [Fact]
    public Task FunctionTimeout_ObeyedByTheFunction_CutsTheClientAndKeepsTheWorker() => Eventually.SucceedsAsync(async () =>
    {
        await using var server = await RillServer.StartAppAsync(
            BuiltPrograms.WorkerTestApp, new() { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:08" });
        using var warm = await server.Client.GetAsync(new Uri("items", UriKind.Relative));
        var worker = server.WorkerId;
        var watch = Stopwatch.StartNew();

        using (var response = await OpenAsync(server.Client, "stream?count=10000&every=50&name=slow"))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync());
        }

        Assert.True(watch.Elapsed.TotalSeconds >= 7.5, $"{watch.Elapsed}");
        Assert.Contains("context True", await ObservedAsync(server.Client, "slow"), StringComparison.Ordinal);
        Assert.Equal(worker, server.WorkerId);
        Assert.True(HostProcess.IsRunning(worker));
    });

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, string path) =>
        client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    private static async Task<string> ObservedAsync(HttpClient client, string name)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            using var response = await client.GetAsync(new Uri($"observed/{name}", UriKind.Relative));
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return await response.Content.ReadAsStringAsync();
            }

            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), $"The function noted nothing about {name}.");
            await Task.Delay(50);
        }
    }
}
