using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>Crashes, drains and ends. Each test has a host of its own.</summary>
public sealed class WorkerLifeTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Crash_WithAStreamRunning_CutsItAndStartsAnotherWorker()
    {
        await using var server = await StartAsync();
        var first = server.WorkerId;
        using var stream = await OpenAsync(server, "stream?count=1000&every=50&name=a");
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        await reader.ReadLineAsync();

        server.Process.Signal(HostProcess.SigKill, first);

        await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync());
        await server.Process.WaitForLineAsync(_ => server.WorkerId != first, _patience);
        await WaitForAsync(server, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Crash_BeforeAnotherWorkerIsReady_Gives503()
    {
        using var hold = new HeldFile("TestApp__HoldStart");
        await using var server = await RillServer.StartAppAsync(BuiltPrograms.WorkerTestApp, hold.Settings);

        hold.Begin();
        server.Process.Signal(HostProcess.SigKill, server.WorkerId);
        using var response = await WaitForAsync(server, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("Function host is not running.", await response.Content.ReadAsStringAsync());
        hold.End();

        await WaitForAsync(server, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Crash_ForTheThirdTime_EndsTheHost()
    {
        await using var server = await StartAsync();
        for (var crash = 0; crash < 2; crash++)
        {
            var worker = server.WorkerId;
            server.Process.Signal(HostProcess.SigKill, worker);
            await server.Process.WaitForLineAsync(_ => server.WorkerId != worker, _patience);
            await WaitForAsync(server, HttpStatusCode.OK);
        }

        server.Process.Signal(HostProcess.SigKill, server.WorkerId);

        Assert.Equal(128 + HostProcess.SigKill, await server.Process.WaitForExitAsync(_patience));
        Assert.Contains(
            "The worker has crashed three times, the last time with exit code 137: giving up, as the real host does.", server.Output);
    }

    [Fact]
    public async Task FunctionTimeout_IgnoredByTheFunction_TakesTheWorkerWithIt()
    {
        await using var server = await RillServer.StartAppAsync(
            BuiltPrograms.WorkerTestApp, new() { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:08" });
        await WaitForAsync(server, HttpStatusCode.OK);
        var first = server.WorkerId;
        using var response = await OpenAsync(server, "deaf");

        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());

        await server.Process.WaitForLineAsync(_ => server.WorkerId != first, _patience);
        await WaitForAsync(server, HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SigTerm_ToHostOrWorker_DrainsTheStreamAndRefusesNewOnes(bool toHost)
    {
        await using var server = await StartAsync();
        using var hold = new HeldFile("hold");
        hold.Begin();
        using var stream = await OpenAsync(server, $"stream?count=10&every=1&name=a&{hold.Query}");
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        await reader.ReadLineAsync();

        server.Process.Signal(HostProcess.SigTerm, toHost ? server.Process.Id : server.WorkerId);

        using var refused = await WaitForAsync(server, HttpStatusCode.ServiceUnavailable, "stream?count=1&every=1&name=b");
        Assert.Equal("draining", await refused.Content.ReadAsStringAsync());
        hold.End();
        var rest = await reader.ReadToEndAsync();
        Assert.Equal(9, rest.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        if (toHost)
        {
            Assert.Equal(0, await server.Process.WaitForExitAsync(_patience));
        }
        else
        {
            await WaitForAsync(server, HttpStatusCode.OK); // from a new worker
        }
    }

    [Fact]
    public async Task SigTerm_WithNothingRunning_EndsAtOnce()
    {
        await using var server = await StartAsync(shutdownSeconds: 600);    // more than the test waits

        server.Process.Signal(HostProcess.SigTerm);

        Assert.Equal(0, await server.Process.WaitForExitAsync(_patience));
        Assert.False(HostProcess.IsRunning(server.WorkerId));
    }

    [Fact]
    public async Task SigTerm_WithAStreamLongerThanTheShutdownTimeout_EndsItAfterTheGrace()
    {
        await using var server = await StartAsync(shutdownSeconds: 1);
        using var stream = await OpenAsync(server, "deaf");
        var watch = Stopwatch.StartNew();

        server.Process.Signal(HostProcess.SigTerm);

        Assert.Equal(0, await server.Process.WaitForExitAsync(_patience));
        Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(1), $"{watch.Elapsed}");
        Assert.False(HostProcess.IsRunning(server.WorkerId));
    }

    [Fact]
    public async Task SigInt_Twice_DoesNotWaitForStreams()
    {
        await using var server = await StartAsync(shutdownSeconds: 600);    // like its stream, more than the test waits
        using var stream = await OpenAsync(server, "stream?count=10000&every=100&name=a");

        server.Process.Signal(HostProcess.SigInt);
        using var refused = await WaitForAsync(server, HttpStatusCode.ServiceUnavailable, "stream?count=1&every=1&name=b");    // it has heard the first
        server.Process.Signal(HostProcess.SigInt);

        await server.Process.WaitForExitAsync(_patience);
    }

    [SkippableFact]
    public async Task Descriptors_FewerThanClients_AreRefusedAndNotFatal()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no such limit.");
        const int Clients = 1_500;
        const int Descriptors = 500;
        await using var server = await RillServer.StartAppAsync(BuiltPrograms.WorkerTestApp, descriptors: Descriptors);
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < Clients; i++)
            {
                idle.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
            }

            // All at once: one after the other, the host has closed each before the next comes.
            await Task.WhenAll(idle.Select(socket => socket.ConnectAsync(IPAddress.Loopback, server.BaseUri.Port))).WaitAsync(_patience);

            // Which ones are refused is the kernel's affair: where its queue was full, one that asked earlier may be let in later.
            var refused = 0;
            await foreach (var closed in Task.WhenEach(idle.Select(IsClosedAsync)))
            {
                Assert.True(await closed);
                if (++refused == Clients - Descriptors)
                {
                    break;
                }
            }
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }

        await WaitForAsync(server, HttpStatusCode.OK);
        Assert.DoesNotContain(server.Output, line => line.Contains("Exception", StringComparison.Ordinal));
    }

    private static Task<RillServer> StartAsync(int shutdownSeconds = 30) => RillServer.StartAppAsync(BuiltPrograms.WorkerTestApp, new()
    {
        ["AzureFunctionsJobHost__functionTimeout"] = "-1",
        ["ASPNETCORE_SHUTDOWNTIMEOUTSECONDS"] = shutdownSeconds.ToString(CultureInfo.InvariantCulture),
    });

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]).WaitAsync(_patience) == 0;
        }
        catch (SocketException)
        {
            return true; // by a reset
        }
    }

    private static Task<HttpResponseMessage> OpenAsync(RillServer server, string path) =>
        server.Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    private static async Task<HttpResponseMessage> WaitForAsync(RillServer server, HttpStatusCode status, string path = "stream?count=1&every=1&name=c")
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var response = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
                if (response.StatusCode == status)
                {
                    return response;
                }
            }
            catch (HttpRequestException)
            {
                // Cut off together with the worker.
            }

            Assert.True(watch.Elapsed < _patience, $"No {status} within {_patience}:\n{server.Process.Text}");
            await Task.Delay(10);
        }
    }
}
