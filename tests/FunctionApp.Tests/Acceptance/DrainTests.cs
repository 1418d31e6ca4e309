using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>What SIGTERM does to a worker with running streams (contract B.14). Each test has a server of its own.</summary>
public sealed class DrainTests
{
    [Fact]
    public Task Terminate_WithRunningStreams_DrainsThem() => Eventually.SucceedsAsync(async () =>
    {
        await using var server = await RillServer.StartScriptedAsync(new() { ["Rill__DrainSeconds"] = "6" });
        await using var shortStream = await SseStream.OpenAsync(server, ChatJson.Streaming("!count to=20\n!delay ms=15"));
        await using var endless = await SseStream.OpenAsync(server, ChatJson.Streaming("!endless\n!delay ms=20"));
        await endless.TakeAsync(2);

        server.Process.Signal(HostProcess.SigTerm, server.WorkerId);
        await Eventually.BecomesTrueAsync(
            async () => (await server.GetAsync("health/ready")).Status == 503, TimeSpan.FromSeconds(10), "readiness is 503");
        Assert.Equal(200, (await server.GetAsync("health/live")).Status);
        var refused = await server.PostAsync(ChatJson.Of("!text too late"));
        var finished = await shortStream.ReadToEndAsync();
        var cut = await endless.ReadToEndAsync();

        refused.AssertError(503, "shutting_down", null);
        Assert.NotEmpty(refused.Headers.GetValues("Retry-After"));
        StreamRules.AssertSound(finished);
        Assert.False(cut.EndedCleanly);
        Assert.Equal("shutting_down", cut.Error.GetProperty("code").GetString());
        Assert.True(cut.Elapsed >= TimeSpan.FromSeconds(5), $"{cut.Elapsed}");
    });

    [Fact]
    public async Task TerminateOfTheHost_EndsBothProcesses()
    {
        await using var server = await RillServer.StartScriptedAsync(new() { ["Rill__DrainSeconds"] = "10" });
        await using var stream = await SseStream.OpenAsync(server, ChatJson.Streaming("!count to=30\n!delay ms=15"));
        await stream.TakeAsync(2);

        server.Process.Signal(HostProcess.SigTerm);

        StreamRules.AssertSound(await stream.ReadToEndAsync());
        Assert.Equal(0, await server.Process.WaitForExitAsync(RillServerRequests.Patience));
    }
}
