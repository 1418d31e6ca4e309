using System.Diagnostics;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Worker;

/// <summary>A worker lives with its host: it does not start without one, ends when it is gone, and drains when both are told to.</summary>
public sealed class HostWatchTests
{
    private static readonly Dictionary<string, string> _settings = new() { ["Rill__DrainSeconds"] = "4" };

    [SkippableFact]
    public async Task HostKilled_WithAStreamRunning_LeavesNoWorkerBehind()
    {
        Skip.If(OperatingSystem.IsWindows(), "Nothing watches the host on Windows.");
        await using var server = await RillServer.StartScriptedAsync(_settings);
        var worker = server.WorkerId;
        await using var stream = await SseStream.OpenAsync(server, ChatJson.Streaming("!endless\n!delay ms=20"));
        await stream.TakeAsync(2);

        server.Process.Signal(HostProcess.SigKill);

        // Five seconds are asked for; a busy machine gets more.
        await Eventually.BecomesTrueAsync(() => Task.FromResult(!HostProcess.IsRunning(worker)), RillServerRequests.Patience, "the worker has ended");
    }

    [Fact]
    public async Task Worker_StartedWithoutAHost_SaysWhatToUse()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(BuiltPrograms.FunctionApp, "Rill.FunctionApp.dll")]) { WorkingDirectory = BuiltPrograms.FunctionApp };

        var worker = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);

        Assert.Equal(1, worker.ExitCode);
        Assert.Equal(
            "Rill cannot start: a Functions host has to start this program; use ./run, or `func start` in the folder of the built app.", worker.Error.Trim());
    }

    /// <summary>What the image's entry point does: SIGTERM to the process group of host and worker.</summary>
    [SkippableFact]
    public async Task Terminate_OfTheProcessGroup_DrainsAndEndsBoth()
    {
        Skip.If(OperatingSystem.IsWindows(), "There are no signals.");
        await using var server = await RillServer.StartScriptedAsync(_settings, ownGroup: true);
        await using var shortStream = await SseStream.OpenAsync(server, ChatJson.Streaming("!count to=20\n!delay ms=15"));
        await using var endless = await SseStream.OpenAsync(server, ChatJson.Streaming("!endless\n!delay ms=20"));
        await endless.TakeAsync(2);

        server.Process.Signal(HostProcess.SigTerm, -server.Process.Id);

        StreamRules.AssertSound(await shortStream.ReadToEndAsync());
        var cut = await endless.ReadToEndAsync();
        Assert.Equal("shutting_down", cut.Error.GetProperty("code").GetString());
        Assert.Equal(0, await server.Process.WaitForExitAsync(RillServerRequests.Patience));
        Assert.False(HostProcess.IsRunning(server.WorkerId));
    }
}
