using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Rill.LocalHost;

var begun = Stopwatch.GetTimestamp();
try
{
    var settings = HostSettings.Read(CommandLine.Parse(args));
    await using var app = LocalHostApp.Build(settings);
    try
    {
        await app.StartAsync();
    }
    catch (IOException exception) when (exception.InnerException is AddressInUseException)
    {
        throw new SettingsException($"Port {settings.Port} is in use; choose another one with --port.");
    }

    return await ServeAsync(app, begun);
}
catch (SettingsException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

static async Task<int> ServeAsync(WebApplication app, long begun)
{
    var supervisor = app.Services.GetRequiredService<WorkerSupervisor>();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    var (http, rpc) = LocalHostApp.Addresses(app);
    try
    {
        var running = supervisor.RunAsync(rpc, http);
        if (await Task.WhenAny(supervisor.Loaded, running) == supervisor.Loaded)
        {
            var functions = await supervisor.Loaded;
            Console.WriteLine(Greeting.OfAddress(http));
            if (await Task.WhenAny(supervisor.Ready, running) == supervisor.Ready)
            {
                Console.WriteLine(await Greeting.OfReadinessAsync(http, functions, Stopwatch.GetElapsedTime(begun)));
            }
        }

        var exitCode = await running;
        using var lastResponses = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(lastResponses.Token);
        return exitCode;
    }
    finally
    {
        supervisor.Kill();
    }

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        supervisor.Stop();
    }
}
