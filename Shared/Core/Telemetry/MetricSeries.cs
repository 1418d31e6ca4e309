using System.Text;

namespace Rill.Telemetry;

/// <summary>The values of one combination of tags. Safe for many recording threads; a reader may see a sum a measurement ahead.</summary>
internal sealed class MetricSeries
{
    private readonly KeyValuePair<string, object?>[] _tags;
    private double _sum;

    public MetricSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags, int buckets)
    {
        _tags = tags.ToArray();
        Counts = new long[buckets];
        var labels = new StringBuilder();
        foreach (var (key, value) in _tags)
        {
            labels.Append(',').Append(key).Append("=\"").Append(PrometheusText.EscapeLabel($"{value}")).Append('"');
        }

        Labels = labels.ToString();
    }

    /// <summary>The tags as labels, each with a comma before it.</summary>
    public string Labels { get; }

    /// <summary>Measurements in each bucket, the last one beyond all bounds.</summary>
    public long[] Counts { get; }

    public double Sum => Volatile.Read(ref _sum);

    public bool Matches(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
        {
            return false;
        }

        for (var i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != _tags[i].Key || !Equals(tags[i].Value, _tags[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public void Set(double value) => Volatile.Write(ref _sum, value);

    public void Add(double value)
    {
        double seen;
        do
        {
            seen = Volatile.Read(ref _sum);
        }
        while (Interlocked.CompareExchange(ref _sum, seen + value, seen) != seen);
    }

    public void Observe(double value, double[] bounds)
    {
        var index = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref Counts[index < 0 ? ~index : index]);    // a bound belongs to its own bucket: le
        Add(value);
    }
}
