using System.Globalization;

namespace Rill.CommandLine.Top;

/// <summary>Prometheus text, read: what a server's <c>/metrics</c> says at one moment.</summary>
internal sealed class MetricsText
{
    private readonly ILookup<string, MetricSample> _samples;

    private MetricsText(IEnumerable<MetricSample> samples) => _samples = samples.ToLookup(sample => sample.Name, StringComparer.Ordinal);

    /// <summary>Reads a page. Lines that are no samples are passed over.</summary>
    public static MetricsText Parse(string text) => new(text.Split('\n').Select(MetricSample.Parse).OfType<MetricSample>().ToList());

    /// <summary>All samples of a name, such as <c>vllm:request_success_total</c>.</summary>
    public IEnumerable<MetricSample> All(string name) => _samples[name];

    /// <summary>Their sum; null where there is none.</summary>
    public double? Sum(string name) => _samples.Contains(name) ? _samples[name].Sum(sample => sample.Value) : null;

    /// <summary>Their mean; null where there is none.</summary>
    public double? Mean(string name) => _samples.Contains(name) ? _samples[name].Average(sample => sample.Value) : null;

    /// <summary>The model that the samples are about; null where they do not say.</summary>
    public string? Model => _samples.SelectMany(group => group).Select(sample => sample.Labels.GetValueOrDefault("model_name")).OfType<string>().FirstOrDefault();
}

/// <summary>One sample.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Value">Its value.</param>
internal sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Reads a line; null for one that is no sample.</summary>
    public static MetricSample? Parse(string line)
    {
        var nameEnd = line.AsSpan().IndexOfAny('{', ' ');
        if (nameEnd <= 0 || line[0] == '#')
        {
            return null;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = nameEnd;
        if (line[at] == '{' && (at = ReadLabels(line, at + 1, labels)) < 0)
        {
            return null;
        }

        var value = line[at..].Trim().Split(' ')[0];    // a time may follow
        return Number(value) is { } number ? new MetricSample(line[..nameEnd], labels, number) : null;
    }

    /// <summary>A number as Prometheus writes it; null for none.</summary>
    public static double? Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
    };

    /// <summary>Reads <c>name="value",...}</c>. The index behind the brace; -1 where the line is broken.</summary>
    private static int ReadLabels(string line, int at, Dictionary<string, string> labels)
    {
        while (at < line.Length && line[at] != '}')
        {
            var equals = line.IndexOf("=\"", at, StringComparison.Ordinal);
            if (equals < 0)
            {
                return -1;
            }

            var value = new System.Text.StringBuilder();
            var end = equals + 2;
            for (; end < line.Length && line[end] != '"'; end++)
            {
                value.Append(line[end] != '\\' || ++end == line.Length ? line[Math.Min(end, line.Length - 1)] : line[end] == 'n' ? '\n' : line[end]);
            }

            labels[line[at..equals].Trim(' ', ',')] = value.ToString();
            at = end + 1;
        }

        return at < line.Length ? at + 1 : -1;
    }
}
