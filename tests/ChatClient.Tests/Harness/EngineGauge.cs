using System.Diagnostics.Metrics;

namespace Rill.ChatClient.Tests.Harness;

/// <summary>Reads a gauge of one engine: that of the meter which is made while this listens.</summary>
internal sealed class EngineGauge : IDisposable
{
    private readonly MeterListener _listener = new();
    private Instrument? _instrument;
    private int _value;

    /// <summary>Listens to the gauge of the engine that is started next.</summary>
    public EngineGauge(string name)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == name)
            {
                _instrument = instrument;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _value = instrument == _instrument ? value : _value);
        _listener.Start();
    }

    /// <summary>Its value now.</summary>
    public int Value
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _value;
        }
    }

    public void Dispose() => _listener.Dispose();
}
