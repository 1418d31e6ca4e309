using System.Diagnostics;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Scripts;

/// <summary>Runs scripts/smoke.sh.</summary>
internal static class SmokeScript
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    // Not the script's own, which are for a machine that does nothing else; what a test gives comes later, and counts.
    private static readonly string[] _times = ["--cold-seconds", "150", "--warm-seconds", "150", "--gap-seconds", "150"];

    /// <summary>Asks <paramref name="url"/> with a key, and returns the exit code and what was said.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(Uri url, string key, params string[] options)
    {
        var start = new ProcessStartInfo("bash")
        {
            ArgumentList = { Path.Combine(BuiltPrograms.Root, "scripts", "smoke.sh"), "--url", url.ToString() },
        };
        foreach (var option in _times.Concat(options))
        {
            start.ArgumentList.Add(option);
        }

        start.Environment["RILL_API_KEY"] = key;
        var smoke = await ProcessBounds.RunAsync(start, _limit);
        return (smoke.ExitCode, smoke.Error);
    }
}
