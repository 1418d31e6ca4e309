using System.Diagnostics;
using System.Net;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>Clients that leave, and functions that take too long.</summary>
public sealed class CancellationTests(WorkerTestAppFixture fixture) : IClassFixture<WorkerTestAppFixture>
{
    private readonly HttpClient _client = fixture.Server.Client;

    [Fact]
    public async Task ClientGone_MidStream_CancelsContextAndRequest()
    {
        using (var response = await OpenAsync("stream?count=1000&every=50&name=gone&both"))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await reader.ReadLineAsync();
        }

        Assert.Equal("context True, aborted True", await ObservedAsync("gone"));
    }

    [Fact]
    public async Task FunctionTimeout_ObeyedByTheFunction_CutsTheClientAndKeepsTheWorker()
    {
        var worker = fixture.Server.WorkerId;
        var watch = Stopwatch.StartNew();

        using (var response = await OpenAsync("stream?count=1000&every=50&name=slow"))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync());
        }

        Assert.InRange(watch.Elapsed.TotalSeconds, 2.5, 20);
        Assert.Contains("context True", await ObservedAsync("slow"), StringComparison.Ordinal);
        Assert.Equal(worker, fixture.Server.WorkerId);
        Assert.True(HostProcess.IsRunning(worker));
    }

    private Task<HttpResponseMessage> OpenAsync(string path) =>
        _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    private async Task<string> ObservedAsync(string name)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            using var response = await _client.GetAsync(new Uri($"observed/{name}", UriKind.Relative));
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return await response.Content.ReadAsStringAsync();
            }

            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"The function noted nothing about {name}.");
            await Task.Delay(50);
        }
    }
}
