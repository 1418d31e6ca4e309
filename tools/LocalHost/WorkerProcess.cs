using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rill.LocalHost;

/// <summary>A worker's operating-system process, started as the real host starts one.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private const int SigTerm = 15;
    private readonly Process _process;

    /// <summary>
    /// Starts the worker of <paramref name="settings"/>; its output lines pass through to ours.
    /// Throws <see cref="SettingsException"/> if it cannot be started.
    /// </summary>
    public WorkerProcess(HostSettings settings, Uri rpcAddress, Uri httpAddress, string workerId)
    {
        if (!File.Exists(settings.Worker.Path))
        {
            throw new SettingsException($"{settings.Worker.Path} does not exist: build the app first.");
        }

        var start = new ProcessStartInfo(settings.Worker.Executable, Arguments(settings, rpcAddress, workerId))
        {
            WorkingDirectory = settings.ScriptRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SetEnvironment(start.Environment, settings, httpAddress);
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new SettingsException($"The worker cannot be started with {settings.Worker.Executable}: {exception.Message}.");
        }

        _process.OutputDataReceived += (_, line) => PassOn(Console.Out, line.Data);
        _process.ErrorDataReceived += (_, line) => PassOn(Console.Error, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Exited = WaitAsync();
    }

    public int Id => _process.Id;

    /// <summary>Ends with the exit code, after the last line of output.</summary>
    public Task<int> Exited { get; }

    /// <summary>Asks the process to end in its own time. False where there are no signals (Windows).</summary>
    public bool TrySignalTermination() => !OperatingSystem.IsWindows() && !Exited.IsCompleted && SendSignal(_process.Id, SigTerm) == 0;

    public void Kill()
    {
        if (!Exited.IsCompleted)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Kills the process if it still runs.</summary>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    // The second half of these are the first half's newer names; real hosts send both.
    private static List<string> Arguments(HostSettings settings, Uri rpc, string workerId)
    {
        var requestId = Guid.NewGuid().ToString();
        var messageLength = int.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return
        [
            settings.Worker.Path,
            "--host", rpc.Host, "--port", rpc.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--workerId", workerId, "--requestId", requestId, "--grpcMaxMessageLength", messageLength,
            "--functions-uri", rpc.AbsoluteUri, "--functions-worker-id", workerId,
            "--functions-request-id", requestId, "--functions-grpc-max-message-length", messageLength,
        ];
    }

    private static void SetEnvironment(IDictionary<string, string?> environment, HostSettings settings, Uri http)
    {
        foreach (var (name, value) in settings.Values)
        {
            environment[name] = value;
        }

        environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        environment["FUNCTIONS_WORKER_RUNTIME_VERSION"] = "10.0";
        environment["FUNCTIONS_WORKER_DIRECTORY"] = settings.ScriptRoot;
        environment["FUNCTIONS_APPLICATION_DIRECTORY"] = settings.ScriptRoot;
        environment["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development"; // as `func start` does, whatever it was before
        environment["ASPNETCORE_URLS"] = http.AbsoluteUri; // the host's own, which a worker inherits and must not bind
    }

    private static void PassOn(TextWriter writer, string? line)
    {
        if (line is not null)
        {
            writer.WriteLine(line);
        }
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
