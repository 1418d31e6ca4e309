namespace Rill.Telemetry;

/// <summary>Prometheus's types that we write.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>The present value.</summary>
    Gauge,

    /// <summary>Counts by bucket.</summary>
    Histogram,
}
