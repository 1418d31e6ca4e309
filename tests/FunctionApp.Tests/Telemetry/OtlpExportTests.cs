using System.Text;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Telemetry;

/// <summary>A server that sends to a collector on this machine, as the standard variables tell it to.</summary>
public sealed class OtlpExportTests : IAsyncLifetime
{
    private const string Key = "key-of-the-telemetry-tests";
    private const string Question = "!text Caerulean answer\na question about saffron";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CallerId = "00f067aa0ba902b7";
    private const string Caller = $"00-{TraceId}-{CallerId}-01"; // whose trace is recorded: the host's own, without a caller, is not
    private static readonly string[] s_metrics =
        ["vllm.generation_tokens", "vllm.time_to_first_token_seconds", "vllm.num_requests_running", "rill.cold_start_seconds", "http.server.request.duration"];

    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(2);

    private Collector _collector = null!;
    private RillServer _server = null!;

    public async Task InitializeAsync()
    {
        _collector = await Collector.StartAsync();
        _server = await RillServer.StartScriptedAsync(new()
        {
            ["Rill__ApiKeys__0"] = Key,
            ["Rill__MetricsNeedKey"] = "false",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Address.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "rill-under-test",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
        });
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Fact]
    public async Task OneStreamedAnswer_IsTracedMeasuredAndLoggedWithoutItsContent()
    {
        foreach (var quiet in new[] { "health/ready", "chat", "/" })
        {
            Assert.Equal(200, (await _server.SendAsync(HttpMethod.Get, quiet, null, ("traceparent", Caller))).Status);
        }

        var answer = await _server.StreamAsync(
            ChatJson.Streaming(Question, "\"max_tokens\":50"), ("Authorization", "Bearer " + Key), ("traceparent", Caller));
        Assert.Equal("Caerulean answer", answer.Text());

        await Eventually.BecomesTrueAsync(() => Task.FromResult(HasSpan("chat scripted") && HasSpan("POST /v1/chat/completions")), s_bound, "the spans came");
        await Eventually.BecomesTrueAsync(() => Task.FromResult(Array.TrueForAll(s_metrics, Metrics().Contains)), s_bound, "the metrics came");
        await Eventually.BecomesTrueAsync(() => Task.FromResult(Logs().Exists(TellsTheStart)), s_bound, "the log came");

        CheckSpans();
        foreach (var body in new[] { "/v1/traces", "/v1/metrics", "/v1/logs" }.SelectMany(_collector.Bodies))
        {
            Assert.All(new[] { "saffron", "Caerulean", Key }, secret => Assert.Equal(-1, body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret))));
            Assert.Equal("rill-under-test", Otlp.Resource(body)["service.name"]);
        }
    }

    [Fact]
    public async Task Metrics_WhereTheSettingSaysSo_NeedNoKey()
    {
        Assert.Equal(200, (await _server.GetAsync("metrics")).Status);
        Assert.Equal(401, (await _server.GetAsync("v1/models")).Status);
    }

    [Fact]
    public async Task Start_Always_TellsVersionModelDeviceAndSettingsInOneLineWithoutSecrets()
    {
        await _server.Process.WaitForLineAsync(IsTold, s_bound);    // which may come later than its readiness does
        var line = Assert.Single(_server.Output, IsTold);

        Assert.Contains("model scripted", line, StringComparison.Ordinal);
        Assert.Contains("on cpu in text", line, StringComparison.Ordinal);
        Assert.Contains("keys required True", line, StringComparison.Ordinal);
        Assert.Contains("settings MetricsNeedKey=False;", line, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Output, output => output.Contains(Key, StringComparison.Ordinal));

        static bool IsTold(string line) => line.Contains("after the process began", StringComparison.Ordinal);
    }

    private void CheckSpans()
    {
        var spans = Spans();
        var chat = Assert.Single(spans, span => span.Attributes.ContainsKey("gen_ai.operation.name"));
        var server = Assert.Single(spans, span => span.SpanId == chat.ParentId);
        Assert.Equal(("chat scripted", 1, TraceId), (chat.Name, chat.Kind, chat.TraceId));
        Assert.Equal("chat", chat.Attributes["gen_ai.operation.name"]);
        Assert.Equal("rill", chat.Attributes["gen_ai.provider.name"]);
        Assert.Equal("scripted", chat.Attributes["gen_ai.request.model"]);
        Assert.Equal(50L, chat.Attributes["gen_ai.request.max_tokens"]);
        Assert.True((long)chat.Attributes["gen_ai.usage.output_tokens"]! > 0);
        Assert.DoesNotContain(chat.Attributes.Keys, name => name.EndsWith(".messages", StringComparison.Ordinal));
        Assert.Equal(("POST /v1/chat/completions", 2, TraceId), (server.Name, server.Kind, server.TraceId));
        Assert.Equal(200L, server.Attributes["http.response.status_code"]);

        // All of them were asked before the answer.
        Assert.All((string[])["/health/ready", "/chat", " /", "{*path}"], quiet => Assert.DoesNotContain(spans, span => span.Name.EndsWith(quiet, StringComparison.Ordinal)));
    }

    private static bool TellsTheStart(string line) =>
        line.StartsWith("Rill ", StringComparison.Ordinal) && line.Contains("telemetry to Otlp", StringComparison.Ordinal);

    private bool HasSpan(string name) => Spans().Exists(span => span.Name == name);

    private List<OtlpSpan> Spans() => [.. _collector.Bodies("/v1/traces").SelectMany(Otlp.Spans)];

    private List<string> Metrics() => [.. _collector.Bodies("/v1/metrics").SelectMany(Otlp.MetricNames).Distinct()];

    private List<string> Logs() => [.. _collector.Bodies("/v1/logs").SelectMany(Otlp.LogBodies)];
}
