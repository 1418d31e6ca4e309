using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>A LocalHost process and what it prints. Disposing it ends the host and its workers, whatever they are doing.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private const string WorkerLine = "Worker process ";
    private static readonly TimeSpan _orphanLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _output = [];
    private TaskCompletionSource _newLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Starts LocalHost over the app in <paramref name="app"/>; <paramref name="settings"/> join its environment. With
    /// <paramref name="ownGroup"/> it leads a process group, which a negated <see cref="Id"/> signals; <paramref name="descriptors"/> bounds
    /// how many of them it has.
    /// </summary>
    public HostProcess(string app, IReadOnlyDictionary<string, string>? settings = null, int port = 0, bool ownGroup = false, int? descriptors = null)
    {
        string[] command = ["dotnet", BuiltPrograms.LocalHost, "--script-root", app, "--port", port.ToString(CultureInfo.InvariantCulture)];
        if (descriptors is not null)
        {
            command = ["bash", "-c", $"ulimit -n {descriptors}; exec \"$@\"", "bash", .. command];
        }

        if (ownGroup)
        {
            command = ["setsid", .. command]; // which becomes the program
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start.WithInterrupts())!;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

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

    /// <summary>Everything printed so far.</summary>
    public string Text => string.Join('\n', Output);

    /// <summary>The process id of the worker that was started last.</summary>
    public int WorkerId => WorkerIds.Last();

    private IEnumerable<int> WorkerIds => Output
        .Where(line => line.StartsWith(WorkerLine, StringComparison.Ordinal) && line.EndsWith("started.", StringComparison.Ordinal))
        .Select(line => int.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture));

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
                throw new TimeoutException($"No such line of the host (process {Id}) within {timeout}:\n{Text}");
            }
        }
    }

    /// <summary>The exit code, once the process has ended. Throws <see cref="TimeoutException"/> with what was printed.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        await _process.EndsAsync(timeout, () => Text);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal to the host, or to another process such as its worker.</summary>
    public void Signal(int signal, int? processId = null) => Assert.Equal(0, Kill(processId ?? Id, signal));

    /// <summary>Whether a process with this id runs.</summary>
    public static bool IsRunning(int processId) => Kill(processId, 0) == 0;

    public async ValueTask DisposeAsync()
    {
        await _process.KillTreeAsync();
        _process.Dispose();
        var orphans = WorkerIds.Where(IsRunning).ToList();
        for (var clock = Stopwatch.StartNew(); orphans.Count > 0 && clock.Elapsed < _orphanLimit; orphans.RemoveAll(id => !IsRunning(id)))
        {
            await Task.Delay(20);
        }

        orphans.ForEach(id => _ = Kill(id, SigKill));
        Assert.True(orphans.Count == 0, $"The host left workers behind, {string.Join(", ", orphans)}, which were still there {_orphanLimit} later:\n{Text}");
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
