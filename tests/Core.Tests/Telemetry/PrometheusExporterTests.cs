using System.Buffers;
using System.Globalization;
using System.Text;
using Rill.Telemetry;

namespace Rill.Core.Tests.Telemetry;

public class PrometheusExporterTests
{
    [Fact]
    public void WriteTo_WithACounter_WritesVllmsNameWithTotalAndLabels()
    {
        using var world = new Scraped();
        world.Metrics.GenerationTokens.Add(3);
        world.Metrics.GenerationTokens.Add(4);

        Assert.Contains(
            """
            # HELP vllm:generation_tokens_total Tokens generated.
            # TYPE vllm:generation_tokens_total counter
            vllm:generation_tokens_total{model_name="some \"model\"",engine="0"} 7.0

            """,
            world.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteTo_WithTags_WritesASeriesForEachCombination()
    {
        using var world = new Scraped();
        world.Metrics.SequenceEnded("stop");
        world.Metrics.SequenceEnded("stop");
        world.Metrics.SequenceEnded("length");
        world.Metrics.StreamAborted("prefill", "client");

        var text = world.Scrape();
        Assert.Contains("vllm:request_success_total{model_name=\"some \\\"model\\\"\",engine=\"0\",finished_reason=\"stop\"} 2.0\n", text, StringComparison.Ordinal);
        Assert.Contains(",finished_reason=\"length\"} 1.0\n", text, StringComparison.Ordinal);
        Assert.Contains("rill:stream_abort_total{model_name=\"some \\\"model\\\"\",engine=\"0\",phase=\"prefill\",cause=\"client\"} 1.0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteTo_WithAHistogram_WritesCumulativeBucketsSumAndCount()
    {
        using var world = new Scraped();
        foreach (var seconds in new[] { 0.0005, 0.001, 0.03, 5_000 })
        {
            world.Metrics.TimeToFirstToken.Record(seconds);
        }

        var lines = world.Scrape().Split('\n')
            .Where(line => line.StartsWith("vllm:time_to_first_token_seconds", StringComparison.Ordinal))
            .Select(line => line.Replace("model_name=\"some \\\"model\\\"\",engine=\"0\"", "", StringComparison.Ordinal))
            .ToList();
        Assert.Contains("vllm:time_to_first_token_seconds_bucket{,le=\"0.001\"} 2.0", lines);    // a bound is in its own bucket
        Assert.Contains("vllm:time_to_first_token_seconds_bucket{,le=\"0.02\"} 2.0", lines);
        Assert.Contains("vllm:time_to_first_token_seconds_bucket{,le=\"0.04\"} 3.0", lines);
        Assert.Contains("vllm:time_to_first_token_seconds_bucket{,le=\"2560.0\"} 3.0", lines);
        Assert.Contains("vllm:time_to_first_token_seconds_bucket{,le=\"+Inf\"} 4.0", lines);
        Assert.Contains("vllm:time_to_first_token_seconds_sum{} 5000.0315", lines);
        Assert.Contains("vllm:time_to_first_token_seconds_count{} 4.0", lines);
    }

    [Fact]
    public void WriteTo_WithAnEngine_WritesItsGaugesOfTheMoment()
    {
        using var world = new Scraped();
        var running = 2;
        world.Metrics.ObserveEngine(() => running, () => 5, () => 0.25);
        Assert.Contains("vllm:num_requests_running{model_name=\"some \\\"model\\\"\",engine=\"0\"} 2.0\n", world.Scrape(), StringComparison.Ordinal);

        running = 0;

        var text = world.Scrape();
        Assert.Contains("vllm:num_requests_running{model_name=\"some \\\"model\\\"\",engine=\"0\"} 0.0\n", text, StringComparison.Ordinal);
        Assert.Contains("vllm:num_requests_waiting{model_name=\"some \\\"model\\\"\",engine=\"0\"} 5.0\n", text, StringComparison.Ordinal);
        Assert.Contains("vllm:kv_cache_usage_perc{model_name=\"some \\\"model\\\"\",engine=\"0\"} 0.25\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteTo_BeforeAnyMeasurement_WritesCountersAsZero()
    {
        using var world = new Scraped();

        Assert.Contains(",finished_reason=\"error\"} 0.0\n", world.Scrape(), StringComparison.Ordinal);
        Assert.Contains("vllm:num_preemptions_total{model_name=\"some \\\"model\\\"\",engine=\"0\"} 0.0\n", world.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteTo_WithTwoMetersOfOneName_TellsThemApart()
    {
        using var one = new Scraped();
        using var other = new Scraped();

        one.Metrics.Pings.Add(1);

        Assert.Contains("rill:ping_total{model_name=\"some \\\"model\\\"\",engine=\"0\"} 1.0\n", one.Scrape(), StringComparison.Ordinal);
        Assert.Contains("rill:ping_total{model_name=\"some \\\"model\\\"\",engine=\"0\"} 0.0\n", other.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_OnceASeriesIsKnown_AllocatesNothing()
    {
        using var world = new Scraped();
        Measure(world.Metrics);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            Measure(world.Metrics);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Record_FromManyThreads_LosesNothing()
    {
        using var world = new Scraped();

        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                world.Metrics.InterTokenLatency.Record(1);
            }
        });

        var text = world.Scrape();
        Assert.Contains("vllm:inter_token_latency_seconds_sum{model_name=\"some \\\"model\\\"\",engine=\"0\"} 40000.0\n", text, StringComparison.Ordinal);
        Assert.Contains("vllm:inter_token_latency_seconds_count{model_name=\"some \\\"model\\\"\",engine=\"0\"} 40000.0\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vllm:num_requests_running", "gauge")]
    [InlineData("vllm:num_requests_waiting", "gauge")]
    [InlineData("vllm:kv_cache_usage_perc", "gauge")]
    [InlineData("vllm:prompt_tokens_total", "counter")]
    [InlineData("vllm:prompt_tokens_cached_total", "counter")]
    [InlineData("vllm:generation_tokens_total", "counter")]
    [InlineData("vllm:request_success_total", "counter")]
    [InlineData("vllm:num_preemptions_total", "counter")]
    [InlineData("vllm:prefix_cache_queries_total", "counter")]
    [InlineData("vllm:prefix_cache_hits_total", "counter")]
    [InlineData("vllm:time_to_first_token_seconds", "histogram")]
    [InlineData("vllm:inter_token_latency_seconds", "histogram")]
    [InlineData("vllm:e2e_request_latency_seconds", "histogram")]
    [InlineData("vllm:request_queue_time_seconds", "histogram")]
    [InlineData("vllm:request_prefill_time_seconds", "histogram")]
    [InlineData("vllm:request_decode_time_seconds", "histogram")]
    [InlineData("vllm:request_inference_time_seconds", "histogram")]
    [InlineData("vllm:request_prompt_tokens", "histogram")]
    [InlineData("vllm:request_generation_tokens", "histogram")]
    [InlineData("vllm:iteration_tokens_total", "histogram")]
    [InlineData("vllm:request_params_n", "histogram")]
    [InlineData("vllm:request_params_max_tokens", "histogram")]
    [InlineData("rill:stream_abort_total", "counter")]
    [InlineData("rill:stream_stalled_total", "counter")]
    [InlineData("rill:queue_rejected_total", "counter")]
    [InlineData("rill:ping_total", "counter")]
    [InlineData("rill:deadline_exceeded_total", "counter")]
    [InlineData("rill:time_to_headers_seconds", "histogram")]
    [InlineData("rill:cold_start_seconds", "histogram")]
    public void WriteTo_Always_NamesEveryFamilyOfTheContract(string name, string type)
    {
        using var world = new Scraped();
        world.Metrics.ObserveEngine(() => 0, () => 0, () => 0);

        Assert.Contains($"# TYPE {name} {type}\n", world.Scrape(), StringComparison.Ordinal);
    }

    /// <summary>A rate needs the value before the first event.</summary>
    [Theory]
    [InlineData("rill:queue_rejected_total", "reason=\"queue_full\"")]
    [InlineData("rill:queue_rejected_total", "reason=\"draining\"")]
    [InlineData("rill:queue_rejected_total", "reason=\"bodies_full\"")]
    [InlineData("rill:queue_rejected_total", "reason=\"no_memory\"")]
    [InlineData("rill:stream_abort_total", "phase=\"queue\",cause=\"client\"")]
    [InlineData("rill:stream_abort_total", "phase=\"prefill\",cause=\"write_timeout\"")]
    [InlineData("rill:stream_abort_total", "phase=\"decode\",cause=\"shutdown\"")]
    [InlineData("vllm:spec_decode_num_draft_tokens_total", "")]
    public void WriteTo_BeforeAnyEvent_HasTheSeriesAtZero(string name, string labels)
    {
        using var world = new Scraped();

        Assert.Contains(
            world.Scrape().Split('\n'),
            line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(labels, StringComparison.Ordinal) && double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture) == 0);
    }

    private static void Measure(RillMetrics metrics)
    {
        metrics.GenerationTokens.Add(1);
        metrics.SequenceEnded("stop");
        metrics.StreamAborted("decode", "client");
        metrics.InterTokenLatency.Record(0.02);
    }

    private sealed class Scraped : IDisposable
    {
        private readonly PrometheusExporter _exporter;

        public Scraped() => _exporter = new PrometheusExporter(Metrics, "some \"model\"");

        public RillMetrics Metrics { get; } = new();

        public string Scrape()
        {
            var output = new ArrayBufferWriter<byte>();
            _exporter.WriteTo(output);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }

        public void Dispose()
        {
            _exporter.Dispose();
            Metrics.Dispose();
        }
    }
}
