using System.Buffers;
using System.Globalization;
using System.Text;

namespace Rill.Telemetry;

/// <summary>Writes Prometheus's text format, version 0.0.4, with fixed labels on every sample.</summary>
internal sealed class PrometheusText(IBufferWriter<byte> output, string labels)
{
    /// <summary>`vllm.x` becomes `vllm:x`; further dots become underscores.</summary>
    public static string MetricName(string instrument)
    {
        var dot = instrument.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? instrument : $"{instrument[..dot]}:{instrument[(dot + 1)..].Replace('.', '_')}";
    }

    /// <summary>Escapes a label's value: backslash, quote, line feed.</summary>
    public static string EscapeLabel(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>The HELP and TYPE lines of a family.</summary>
    public void Header(string name, string description, MetricKind kind)
    {
        var type = kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            _ => "histogram",
        };
        Line($"# HELP {name} {description}");
        Line($"# TYPE {name} {type}");
    }

    /// <summary>One value; <paramref name="more"/> are labels, each with a comma before it.</summary>
    public void Sample(string name, string more, double value) => Line($"{name}{{{labels}{more}}} {Number(value)}");

    /// <summary>The cumulative buckets, the sum and the count of a histogram.</summary>
    public void Histogram(string name, string more, double[] bounds, long[] counts, double sum)
    {
        long total = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            total += Volatile.Read(ref counts[i]);
            var bound = i < bounds.Length ? Number(bounds[i]) : "+Inf";
            Sample($"{name}_bucket", $"{more},le=\"{bound}\"", total);
        }

        Sample($"{name}_sum", more, sum);
        Sample($"{name}_count", more, total);
    }

    // vLLM's client writes whole numbers with a point, and bounds are matched as text by queries.
    private static string Number(double value)
        => value == Math.Floor(value) && Math.Abs(value) < 1e15
            ? value.ToString("0.0", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);

    private void Line(string line)
    {
        Encoding.UTF8.GetBytes(line, output);
        output.Write("\n"u8);
    }
}
