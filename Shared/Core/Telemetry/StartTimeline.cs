using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Rill.Telemetry;

/// <summary>When each phase of this process's start ended, in seconds since the process began. Thread-safe; a phase counts once.</summary>
public sealed class StartTimeline
{
    private static readonly string[] _names =
        ["process", "native_library", "worker", "host", "first_byte", "weights", "model", "first_token"];

    private readonly double[] _seconds = new double[_names.Length];
    private readonly DateTime _began;

    /// <summary>Counts from when the operating system started the process.</summary>
    public StartTimeline()
    {
        using var process = Process.GetCurrentProcess();
        _began = process.StartTime.ToUniversalTime();
    }

    /// <summary>Seconds since the process began.</summary>
    public double Elapsed => (DateTime.UtcNow - _began).TotalSeconds;

    /// <summary>Seconds from the process's begin to the end of a phase; null when it has not ended.</summary>
    public double? this[StartPhase phase] => Volatile.Read(ref _seconds[(int)phase]) is > 0 and var seconds ? seconds : null;

    /// <summary>Notes the end of a phase.</summary>
    /// <returns>True the first time.</returns>
    public bool Mark(StartPhase phase) =>
        Volatile.Read(ref _seconds[(int)phase]) == 0 && Interlocked.CompareExchange(ref _seconds[(int)phase], Elapsed, 0) == 0;

    /// <summary>A phase's name in metrics and spans, such as <c>first_byte</c>.</summary>
    public static string NameOf(StartPhase phase) => _names[(int)phase];

    /// <summary>All phases that have ended, as <c>process 0.06, worker 0.31, ...</c>.</summary>
    public override string ToString() => string.Join(", ", Ended().OrderBy(entry => entry.Seconds)
        .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{NameOf(entry.Phase)} {entry.Seconds:F2}")));

    /// <summary>Publishes the gauge <c>rill.start_phase_seconds</c> with the label phase.</summary>
    internal void Publish(Meter meter) => meter.CreateObservableGauge(
        "rill.start_phase_seconds",
        () => Ended().Select(entry => new Measurement<double>(entry.Seconds, new KeyValuePair<string, object?>("phase", NameOf(entry.Phase)))),
        unit: "s",
        description: "From the process's start to the end of each phase of the start.");

    /// <summary>Writes the start as a span that begins with the process, with an event for each phase; nothing when nobody listens.</summary>
    internal void Trace(ActivitySource source)
    {
        using var activity = source.StartActivity("start", ActivityKind.Internal, default(ActivityContext), startTime: new DateTimeOffset(_began));
        foreach (var (phase, seconds) in Ended())
        {
            activity?.AddEvent(new ActivityEvent(NameOf(phase), new DateTimeOffset(_began).AddSeconds(seconds)));
        }
    }

    private IEnumerable<(StartPhase Phase, double Seconds)> Ended() =>
        Enum.GetValues<StartPhase>().Where(phase => this[phase] is not null).Select(phase => (phase, this[phase]!.Value));
}
