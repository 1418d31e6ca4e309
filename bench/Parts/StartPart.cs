using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Rill.Bench.Load;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>From the start of LocalHost's process to a model that is ready, and to its first token.</summary>
internal static partial class StartPart
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    /// <summary>Measures and returns the section of the results.</summary>
    public static async Task<string> RunAsync(BenchOptions options)
    {
        var ready = new List<double>();
        var firstToken = new List<double>();
        var phases = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var i = 0; i < options.Starts; i++)
        {
            Console.Error.WriteLine($"start: {i + 1} of {options.Starts}");
            using var rill = ServerFactory.StartRill();
            ready.Add((await rill.WaitForAsync("/health/ready")).TotalMilliseconds);
            using var client = new LoadClient(rill.Address);
            var stream = client.Open(Requests.Chat("Tell me a story about a river.", maxTokens: 1));
            client.PumpUntil(() => stream.Ended, _limit);
            firstToken.Add(Stopwatch.GetElapsedTime(rill.StartedAt, stream.Arrivals[0].At).TotalMilliseconds);
            await AddPhasesAsync(rill, phases);
        }

        var table = new Table("from process start to", "median, ms", "least, ms", "greatest, ms");
        Add(table, "first 200 of /health/ready", ready);
        Add(table, "first token", firstToken);
        foreach (var (phase, seconds) in phases.OrderBy(entry => entry.Value.Average()))
        {
            Add(table, $"{phase} (from the worker's start)", seconds);
        }

        var text = new StringBuilder().Append(table);
        text.Append(CultureInfo.InvariantCulture,
            $"\n{options.Starts} starts with files in the page cache: LocalHost, the worker, libtorch, the default model and its warm-up. Ready is asked for every 5 ms.\n");
        return text.Append('\n').Append(await StorePart.RunAsync(options)).ToString();
    }

    /// <summary>The worker's own account of its phases, which starts with its process and not with LocalHost's.</summary>
    private static async Task AddPhasesAsync(ServerProcess rill, Dictionary<string, List<double>> phases)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{rill.Address}") };
        foreach (var line in (await client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n'))
        {
            if (PhaseSample().Match(line) is { Success: true } sample)
            {
                var name = sample.Groups["phase"].Value.Replace('_', ' ');
                phases.TryAdd(name, []);
                phases[name].Add(1_000 * double.Parse(sample.Groups["seconds"].Value, CultureInfo.InvariantCulture));
            }
        }
    }

    [GeneratedRegex("^rill[:_]start_phase_seconds\\{.*phase=\"(?<phase>\\w+)\".*\\} (?<seconds>[0-9.eE+-]+)")]
    private static partial Regex PhaseSample();

    private static void Add(Table table, string name, List<double> values)
    {
        var summary = new Summary(values);
        table.Add(name, Table.Number(summary.Median), Table.Number(summary.Min), Table.Number(summary.Max));
    }
}
