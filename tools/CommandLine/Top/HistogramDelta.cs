namespace Rill.CommandLine.Top;

/// <summary>What came into a histogram between two moments.</summary>
internal sealed class HistogramDelta
{
    private readonly List<(double Bound, double Count)> _buckets;    // cumulative, by bound

    private HistogramDelta(List<(double Bound, double Count)> buckets) => _buckets = buckets;

    /// <summary>How many values came.</summary>
    public double Count => _buckets is [.., var all] ? all.Count : 0;

    /// <summary>The values of a histogram between two readings; all of them where there is no earlier one.</summary>
    /// <param name="name">The histogram's name, without <c>_bucket</c>.</param>
    /// <param name="earlier">The earlier reading.</param>
    /// <param name="later">The later one.</param>
    public static HistogramDelta Between(string name, MetricsText? earlier, MetricsText later)
    {
        var before = earlier is null ? [] : Buckets(name, earlier).ToDictionary(bucket => bucket.Bound, bucket => bucket.Count);
        return new([.. Buckets(name, later).Select(bucket => (bucket.Bound, Math.Max(0, bucket.Count - before.GetValueOrDefault(bucket.Bound))))]);
    }

    /// <summary>The value that this part (0 to 1) of all lie below, interpolated within its bucket as Prometheus does; null when none came.</summary>
    public double? Quantile(double part)
    {
        var rank = part * Count;
        var (lower, below) = (0.0, 0.0);
        foreach (var (bound, count) in _buckets)
        {
            if (count >= rank && count > below)
            {
                return double.IsInfinity(bound) ? lower : lower + ((bound - lower) * (rank - below) / (count - below));
            }

            (lower, below) = (bound, count);
        }

        return null;
    }

    private static IEnumerable<(double Bound, double Count)> Buckets(string name, MetricsText text) => text.All(name + "_bucket")
        .Where(sample => sample.Labels.ContainsKey("le"))
        .GroupBy(sample => MetricSample.Number(sample.Labels["le"]) ?? double.NaN)
        .Select(bucket => (bucket.Key, bucket.Sum(sample => sample.Value)))
        .OrderBy(bucket => bucket.Key);
}
