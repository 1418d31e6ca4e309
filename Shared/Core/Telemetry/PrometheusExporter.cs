using System.Buffers;
using System.Diagnostics.Metrics;

namespace Rill.Telemetry;

/// <summary>
/// Aggregates the instruments of one <see cref="RillMetrics"/> and writes them as Prometheus text (version 0.0.4) with vLLM's labels
/// model_name and engine. A measurement costs an array look-up and an interlocked add: no allocation, no lock.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>The content type of what <see cref="WriteTo"/> writes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _writing = new();
    private readonly MeterListener _listener = new();
    private readonly List<MetricFamily> _families = [];
    private readonly string _labels;

    /// <summary>Begins to listen. Measurements made before are not seen.</summary>
    public PrometheusExporter(RillMetrics metrics, string modelName)
    {
        _labels = $"model_name=\"{PrometheusText.EscapeLabel(modelName)}\",engine=\"0\"";
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
            {
                listener.EnableMeasurementEvents(instrument, Open(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
        metrics.Prime();
    }

    /// <summary>Writes all families, ordered by name.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        lock (_writing)
        {
            _listener.RecordObservableInstruments();
            var text = new PrometheusText(output, _labels);
            foreach (var family in Families())
            {
                family.Write(text);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private MetricFamily Open(Instrument instrument)
    {
        var family = new MetricFamily(instrument);
        lock (_families)
        {
            _families.Add(family);
        }

        return family;
    }

    private MetricFamily[] Families()
    {
        lock (_families)
        {
            return [.. _families.OrderBy(family => family.Name, StringComparer.Ordinal)];
        }
    }
}
