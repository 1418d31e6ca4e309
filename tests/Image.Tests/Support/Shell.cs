using System.Diagnostics;

namespace Rill.Image.Tests.Support;

/// <summary>Runs programs to their end.</summary>
internal static class Shell
{
    /// <summary>Enough for a build on a machine that does much else.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(12);

    /// <summary>Runs a program in <paramref name="folder"/>; the result has its exit code and all that it printed.</summary>
    public static Task<ProcessResult> RunAsync(string folder, string program, params IEnumerable<string> arguments) =>
        ProcessBounds.RunAsync(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder }, _limit);

    /// <summary>The same; throws <see cref="InvalidOperationException"/> with what it printed if it fails.</summary>
    public static async Task<string> CheckAsync(string folder, string program, params string[] arguments)
    {
        var run = await RunAsync(folder, program, arguments);
        return run.ExitCode == 0
            ? run.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {run.ExitCode}:\n{run.Output}{run.Error}");
    }

    /// <summary>Whether a program of this name is on the path.</summary>
    public static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
