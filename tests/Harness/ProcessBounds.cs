using System.Diagnostics;
using System.Text;

namespace Rill.Tests.Harness;

/// <summary>What a finished process has left.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>
/// Bounds of what a test waits for a process. Each says, when it is passed, which process it was, how long it had, and what it said last:
/// a process that hangs then fails its test, and not the whole run.
/// </summary>
internal static class ProcessBounds
{
    /// <summary>How long a program that has little to do may take on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const int LastCharacters = 4000;
    private static readonly TimeSpan s_killLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program to its end, and ends it with its children if that does not come.</summary>
    /// <exception cref="TimeoutException">It did not end within <paramref name="limit"/>.</exception>
    public static async Task<ProcessResult> RunAsync(ProcessStartInfo start, TimeSpan limit)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var output = new StringBuilder();
        var error = new StringBuilder();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.EndsAsync(limit, () => TextOf(output) + TextOf(error));
        return new ProcessResult(process.ExitCode, TextOf(output), TextOf(error));
    }

    /// <summary>Waits for a process's end, and for that of its output where it is read by events. Ends the process with its children if that does not come.</summary>
    /// <param name="process">The process.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="said">What it has printed so far.</param>
    /// <param name="streams">Ends when its streams are read, where no events read them.</param>
    /// <exception cref="TimeoutException">It did not end within <paramref name="limit"/>.</exception>
    public static async Task EndsAsync(this Process process, TimeSpan limit, Func<string> said, Task? streams = null)
    {
        try
        {
            await Task.WhenAll(process.WaitForExitAsync(), streams ?? Task.CompletedTask).WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            var message = Describe(process, limit, said());
            await process.KillTreeAsync();
            throw new TimeoutException(message);
        }
    }

    /// <summary>Kills a process and its children, if it still runs.</summary>
    /// <exception cref="TimeoutException">It is still there a minute later.</exception>
    public static async Task KillTreeAsync(this Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        process.Kill(entireProcessTree: true);
        for (var clock = Stopwatch.StartNew(); !process.HasExited; await Task.Delay(10))
        {
            if (clock.Elapsed > s_killLimit)
            {
                throw new TimeoutException(Describe(process, s_killLimit, "(killed)"));
            }
        }
    }

    private static string Describe(Process process, TimeSpan limit, string said)
    {
        var fate = process.HasExited ? "has ended, but something holds its output open" : "has not ended";
        var last = said.Length <= LastCharacters ? said : "..." + said[^LastCharacters..];
        return $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} (process {process.Id}) {fate} within {limit.TotalSeconds:0} s. It said last:\n{last}";
    }

    private static void Add(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
