using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Rill.LocalHost;

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

    var supervisor = app.Services.GetRequiredService<WorkerSupervisor>();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    var (http, rpc) = LocalHostApp.Addresses(app);
    var running = supervisor.RunAsync(rpc, http);
    await Task.WhenAny(supervisor.Ready, running);
    if (supervisor.Serving is { } worker)
    {
        Console.WriteLine(Greeting.For(http, worker.Routes));
    }

    var exitCode = await running;
    using var lastResponses = new CancellationTokenSource(TimeSpan.FromSeconds(2));
    await app.StopAsync(lastResponses.Token);
    return exitCode;

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        supervisor.Stop();
    }
}
catch (SettingsException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
