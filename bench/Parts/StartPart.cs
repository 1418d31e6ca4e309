using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rill.Bench.Load;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>From the start of LocalHost's process to a model that is ready, and to its first token.</summary>
internal static class StartPart
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    /// <summary>Measures and returns the section of the results.</summary>
    public static async Task<string> RunAsync(BenchOptions options)
    {
        var ready = new List<double>();
        var firstToken = new List<double>();
        for (var i = 0; i < options.Starts; i++)
        {
            Console.Error.WriteLine($"start: {i + 1} of {options.Starts}");
            using var rill = ServerFactory.StartRill();
            ready.Add((await rill.WaitForAsync("/health/ready")).TotalMilliseconds);
            using var client = new LoadClient(rill.Address);
            var stream = client.Open(Requests.Chat("Tell me a story about a river.", maxTokens: 1));
            client.PumpUntil(() => stream.Ended, _limit);
            firstToken.Add(Stopwatch.GetElapsedTime(rill.StartedAt, stream.Arrivals[0].At).TotalMilliseconds);
        }

        var table = new Table("from process start to", "median, ms", "least, ms", "greatest, ms");
        Add(table, "first 200 of /health/ready", ready);
        Add(table, "first token", firstToken);
        var text = new StringBuilder().Append(table);
        text.Append(CultureInfo.InvariantCulture,
            $"\n{options.Starts} starts with files in the page cache: LocalHost, the worker, libtorch, the default model and its warm-up. Ready is asked for every 5 ms.\n");
        return text.ToString();
    }

    private static void Add(Table table, string name, List<double> values)
    {
        var summary = new Summary(values);
        table.Add(name, Table.Number(summary.Median), Table.Number(summary.Min), Table.Number(summary.Max));
    }
}
