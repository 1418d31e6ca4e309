using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Rill.Telemetry;

namespace Rill.Core.Tests.Telemetry;

public class StartTimelineTests
{
    [Fact]
    public void Mark_CountsAPhaseOnce()
    {
        var timeline = new StartTimeline();

        Assert.Null(timeline[StartPhase.Weights]);
        Assert.True(timeline.Mark(StartPhase.Weights));
        var first = timeline[StartPhase.Weights];
        Assert.False(timeline.Mark(StartPhase.Weights));

        Assert.Equal(first, timeline[StartPhase.Weights]);
        Assert.InRange(first!.Value, double.Epsilon, timeline.Elapsed);
    }

    [Fact]
    public void Phases_AreSeenInMetrics()
    {
        using var metrics = new RillMetrics();
        using var exporter = new PrometheusExporter(metrics, "m");
        metrics.Start.Mark(StartPhase.FirstByte);
        var output = new ArrayBufferWriter<byte>();

        exporter.WriteTo(output);

        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.Contains("rill:start_phase_seconds{model_name=\"m\",engine=\"0\",phase=\"first_byte\"}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("phase=\"weights\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Phases_AreEventsOfASpanThatBeginsWithTheProcess()
    {
        var spans = new ConcurrentQueue<Activity>();    // of other tests, too, on their threads
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RillActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var timeline = new StartTimeline();
        timeline.Mark(StartPhase.Process);

        RillActivity.Started(timeline);

        var span = spans.Last(span => span.OperationName == "start");
        Assert.Equal("process", Assert.Single(span.Events).Name);
        Assert.True(span.StartTimeUtc <= DateTime.UtcNow - TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void ToString_NamesThePhasesInTheirOrderOfTime()
    {
        var timeline = new StartTimeline();
        timeline.Mark(StartPhase.Weights);
        Thread.Sleep(5);
        timeline.Mark(StartPhase.Worker);

        Assert.Matches("^weights [0-9]+\\.[0-9]{2}, worker [0-9]+\\.[0-9]{2}$", timeline.ToString());
    }
}
