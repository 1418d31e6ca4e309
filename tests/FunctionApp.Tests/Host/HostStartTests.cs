using System.Net;
using System.Net.Sockets;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>Starts: when they are over, what ends them, and what keeps them from being one. Each test has a host of its own.</summary>
public sealed class HostStartTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Ready_IsSaid_WhenTheAppSaysSo()
    {
        using var hold = new HeldFile("TestApp__HoldReady");
        hold.Begin();
        await using var server = await RillServer.StartAppAsync(BuiltPrograms.WorkerTestApp, hold.Settings);
        await server.Process.WaitForLineAsync(line => line.StartsWith("Waiting until ", StringComparison.Ordinal), _patience);
        Assert.DoesNotContain(server.Output, line => line.StartsWith("Ready: ", StringComparison.Ordinal));

        hold.End();

        Assert.NotNull(await server.Process.WaitForLineAsync(line => line.StartsWith("Ready: ", StringComparison.Ordinal), _patience));
    }

    [Theory]
    [InlineData(HostProcess.SigTerm)]
    [InlineData(HostProcess.SigInt)]
    public async Task Signal_WhileTheWorkerStarts_EndsBoth(int signal)
    {
        using var hold = new HeldFile("TestApp__HoldStart");
        hold.Begin();
        await using var process = new HostProcess(BuiltPrograms.WorkerTestApp, hold.Settings);
        await process.WaitForLineAsync(line => line.StartsWith("Worker process ", StringComparison.Ordinal), _patience);

        process.Signal(signal);

        Assert.Equal(0, await process.WaitForExitAsync(_patience));
        Assert.False(HostProcess.IsRunning(process.WorkerId));
    }

    [Fact]
    public async Task Start_RefusedByTheApp_RelaysItsSentenceAndItsExitCode()
    {
        await using var process = new HostProcess(
            BuiltPrograms.WorkerTestApp, new Dictionary<string, string> { ["TestApp__FailStart"] = "Rill__Model names no folder." });

        Assert.Equal(7, await process.WaitForExitAsync(_patience));
        Assert.Contains("Rill__Model names no folder.", process.Output);
        Assert.DoesNotContain(process.Output, line => line.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_RefusedAfterTheFunctionsWereLoaded_EndsTheHostOnceAndWithoutReady()
    {
        using var hold = new HeldFile("TestApp__HoldReady");
        hold.Begin();
        hold.Settings["TestApp__FailLater"] = "The model has no layers.";
        await using var process = new HostProcess(BuiltPrograms.WorkerTestApp, hold.Settings);

        Assert.Equal(1, await process.WaitForExitAsync(_patience));

        Assert.Single(process.Output, "The model has no layers.");
        Assert.Single(process.Output, line => line.StartsWith("Worker process ", StringComparison.Ordinal));
        Assert.DoesNotContain(process.Output, line => line.StartsWith("Ready: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_OnATakenPort_SaysSoInOneSentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var process = new HostProcess(BuiltPrograms.WorkerTestApp, port: port);

        Assert.Equal(1, await process.WaitForExitAsync(_patience));
        Assert.Equal([$"Port {port} is in use; choose another one with --port."], process.Output);
    }

    [Fact]
    public async Task Start_InAFolderWithoutAnApp_SaysSoInOneSentence()
    {
        await using var process = new HostProcess(Path.GetTempPath());

        Assert.Equal(1, await process.WaitForExitAsync(_patience));
        Assert.Contains("holds no host.json", Assert.Single(process.Output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"functionTimeout": "soon"}""", "functionTimeout of host.json is soon: write a time span such as 00:30:00, or -1.")]
    [InlineData("{", "host.json is not valid JSON")]
    public async Task Start_WithABrokenHostJson_SaysSoInOneSentence(string hostJson, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("rill-host-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "host.json"), hostJson);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "worker.config.json"), "{}");

            await using var process = new HostProcess(folder.FullName);

            Assert.Equal(1, await process.WaitForExitAsync(_patience));
            Assert.StartsWith(expected, Assert.Single(process.Output), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
