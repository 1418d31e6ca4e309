using System.Diagnostics;

namespace Rill.Infra.Tests.Support;

/// <summary>What a program did: its exit code, and what it printed.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Everything printed, for a failed assertion.</summary>
    public string All => Output + Errors;
}

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Runs <paramref name="file"/> in the checkout's folder, with <paramref name="environment"/> joined to ours (null removes a
    /// variable). Throws <see cref="TimeoutException"/> after three minutes.
    /// </summary>
    public static CommandResult Run(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        RunIn(Repository.Root, file, arguments, environment);

    /// <summary>The same in another folder.</summary>
    public static CommandResult RunIn(string folder, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var result = ProcessBounds.RunAsync(start, _limit).GetAwaiter().GetResult();
        return new CommandResult(result.ExitCode, result.Output, result.Error);
    }
}
