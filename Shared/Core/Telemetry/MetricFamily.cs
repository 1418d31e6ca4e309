using System.Diagnostics.Metrics;

namespace Rill.Telemetry;

/// <summary>One instrument's values: a series for each combination of tags. Recording is lock-free once a combination is known.</summary>
internal sealed class MetricFamily
{
    private readonly Lock _adding = new();
    private readonly double[] _bounds;
    private readonly string _description;
    private MetricSeries[] _series = [];

    public MetricFamily(Instrument instrument)
    {
        Kind = instrument switch
        {
            Counter<long> => MetricKind.Counter,
            Histogram<double> => MetricKind.Histogram,
            _ => MetricKind.Gauge,
        };
        Name = PrometheusText.MetricName(instrument.Name);
        _description = instrument.Description ?? "";
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? [];
        if (Kind == MetricKind.Counter)
        {
            Name += "_total";
        }
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        switch (Kind)
        {
            case MetricKind.Counter: series.Add(value); break;
            case MetricKind.Gauge: series.Set(value); break;
            default: series.Observe(value, _bounds); break;
        }
    }

    public void Write(PrometheusText text)
    {
        text.Header(Name, _description, Kind);
        foreach (var series in Volatile.Read(ref _series))
        {
            if (Kind == MetricKind.Histogram)
            {
                text.Histogram(Name, series.Labels, _bounds, series.Counts, series.Sum);
            }
            else
            {
                text.Sample(Name, series.Labels, series.Sum);
            }
        }
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in Volatile.Read(ref _series))
        {
            if (series.Matches(tags))
            {
                return series;
            }
        }

        lock (_adding)
        {
            foreach (var series in _series)
            {
                if (series.Matches(tags))
                {
                    return series;
                }
            }

            var added = new MetricSeries(tags, _bounds.Length + 1);
            Volatile.Write(ref _series, [.. _series, added]);
            return added;
        }
    }
}
