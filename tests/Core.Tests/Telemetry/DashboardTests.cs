using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Telemetry;

namespace Rill.Core.Tests.Telemetry;

/// <summary>Dashboards, alerts and the operations guide speak of metrics that exist, and the guide of all of them.</summary>
public sealed partial class DashboardTests : IDisposable
{
    private readonly RillMetrics _metrics = new();

    public DashboardTests() => _metrics.ObserveEngine(() => 0, () => 0, () => 0);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void Grafana_OfEveryQuery_NamesMetricsThatMetricsWrites()
    {
        var written = Samples();
        var panels = JsonElement.Parse(Read("infra/dashboards/grafana.json")).GetProperty("panels").EnumerateArray()
            .Where(panel => panel.GetProperty("type").GetString() != "row").ToArray();
        var queries = panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!).ToArray();

        Assert.True(queries.Length > 20);
        Assert.All(panels, panel => Assert.NotEqual("", panel.GetProperty("description").GetString()));
        Assert.All(queries, query =>
        {
            var names = PrometheusName().Matches(query).Select(match => match.Value).ToArray();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.Contains(name, written));
        });
    }

    [Fact]
    public void Workbook_OfEveryQuery_NamesInstrumentsThatExist()
    {
        var queries = JsonElement.Parse(Read("infra/dashboards/workbook.json")).GetProperty("items").EnumerateArray()
            .Where(item => item.GetProperty("type").GetInt32() == 3)
            .Select(item => item.GetProperty("content").GetProperty("query").GetString()!)
            .ToArray();

        Assert.True(queries.Length > 10);
        CheckInstruments(queries);
    }

    [Fact]
    public void Alerts_OfEveryQuery_NameInstrumentsThatExist() =>
        CheckInstruments(Directory.GetFiles(Path.Combine(Vectors.RepositoryRoot(), "infra", "queries"), "*.kql").Select(File.ReadAllText));

    [Fact]
    public void OperationsGuide_OfEveryMetric_SaysWhatItMeans()
    {
        var guide = Read("docs/operations.md");

        Assert.All(
            Families(),
            family => Assert.Contains($"| `{family.Name}` | {family.Type} |", guide, StringComparison.Ordinal));
    }

    private void CheckInstruments(IEnumerable<string> queries)
    {
        var instruments = Instruments();
        var named = queries.SelectMany(query => InstrumentName().Matches(query)).Select(match => match.Groups[1].Value).ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, instruments));
    }

    /// <summary>Names and types of the families in the text of /metrics.</summary>
    private (string Name, string Type)[] Families()
    {
        using var exporter = new PrometheusExporter(_metrics, "m");
        var output = new ArrayBufferWriter<byte>();
        exporter.WriteTo(output);
        return [.. Encoding.UTF8.GetString(output.WrittenSpan).Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')).Select(words => (words[2], words[3]))];
    }

    /// <summary>Names of the samples: a histogram has three, and none of its own name.</summary>
    private HashSet<string> Samples() => [.. Families().SelectMany(family =>
        family.Type == "histogram" ? new[] { family.Name + "_bucket", family.Name + "_sum", family.Name + "_count" } : [family.Name])];

    private HashSet<string> Instruments()
    {
        var names = new HashSet<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter, _metrics.Meter))
            {
                names.Add(instrument.Name);
            }
        };
        listener.Start();
        return names;
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Vectors.RepositoryRoot(), path));

    [GeneratedRegex("(vllm|rill):[a-z0-9_]+")]
    private static partial Regex PrometheusName();

    [GeneratedRegex("'((?:vllm|rill)\\.[a-z0-9_.]+)'")]
    private static partial Regex InstrumentName();
}
