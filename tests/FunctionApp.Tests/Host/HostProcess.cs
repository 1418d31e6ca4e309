using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>A LocalHost process and what it prints. Disposing it ends the host and its worker, whatever they are doing.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private const string WorkerLine = "Worker process ";
    private readonly Process _process;
    private readonly List<string> _output = [];
    private TaskCompletionSource _newLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts LocalHost over the app in <paramref name="app"/>; <paramref name="settings"/> join its environment.</summary>
    public HostProcess(string app, IReadOnlyDictionary<string, string>? settings = null, int port = 0)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { BuiltPrograms.LocalHost, "--script-root", app, "--port", port.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>The lines printed so far, standard output and error together.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    /// <summary>The process id of the worker that was started last.</summary>
    public int WorkerId =>
        int.Parse(Output.Last(line => line.StartsWith(WorkerLine, StringComparison.Ordinal) && line.EndsWith("started.", StringComparison.Ordinal))
            .Split(' ')[2], CultureInfo.InvariantCulture);

    /// <summary>
    /// The first line, printed before or from now on, that <paramref name="matches"/>; null if the process ended without one.
    /// Throws <see cref="TimeoutException"/> with everything printed so far.
    /// </summary>
    public async Task<string?> WaitForLineAsync(Predicate<string> matches, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        var exited = _process.WaitForExitAsync(CancellationToken.None);
        while (true)
        {
            var ended = exited.IsCompleted;
            Task newLine;
            lock (_output)
            {
                if (_output.Find(matches) is { } line)
                {
                    return line;
                }

                newLine = _newLine.Task;
            }

            if (ended)
            {
                return null;
            }

            await Task.WhenAny(newLine, exited, Task.Delay(Timeout.Infinite, limit.Token));
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"No such line within {timeout}:\n{string.Join('\n', Output)}");
            }
        }
    }

    /// <summary>The exit code, once the process has ended.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal to the host, or to another process such as its worker.</summary>
    public void Signal(int signal, int? processId = null) => Assert.Equal(0, Kill(processId ?? Id, signal));

    /// <summary>Whether a process with this id runs.</summary>
    public static bool IsRunning(int processId) => Kill(processId, 0) == 0;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Add(line);
            _newLine.TrySetResult();
            _newLine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
