using System.Diagnostics;
using System.Globalization;
using Rill.Bench.Servers;
using Rill.Text;

namespace Rill.Bench.Texts;

/// <summary>The first thing that a process does is load a tokenizer: before any of the code is compiled.</summary>
internal static class FirstLoad
{
    /// <summary>The argument that starts this program for one such load.</summary>
    public const string Verb = "load";

    /// <summary>Loads and returns the milliseconds, as text.</summary>
    public static string Run(string directory)
    {
        var start = Stopwatch.GetTimestamp();
        HuggingFaceTokenizer.Load(directory);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The milliseconds that it takes in a process of its own.</summary>
    public static double Measure(string directory)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(FirstLoad).Assembly.Location, Verb, directory]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var answer = process.AwaitLine() ?? throw new InvalidOperationException("The process that loads a tokenizer has ended; what it said stands above.");
        process.AwaitEnd(TimeSpan.FromMinutes(1));
        return double.Parse(answer, CultureInfo.InvariantCulture);
    }
}
