using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rill.FunctionApp.Http;
using Rill.Telemetry;

namespace Rill.FunctionApp.Tests.Http;

public sealed class ResponderTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    public async Task Run_ThatFailsBehindTheHeaders_LetsThemPassBeforeTheCut(string path)
    {
        using var metrics = new RillMetrics();
        using var large = new LargeRequests(turns: 1, fromBytes: int.MaxValue);
        var responder = new Responder(
            gate: null!, new BodyMemory(1 << 20), large, new RillOptions(), metrics, _time, NullLogger<Responder>.Instance);
        var connection = new Connection(_time);
        var failed = TimeSpan.Zero;

        // Where requests are read is the first place in which the test can both begin the response and fail.
        var run = responder.RunAsync(Request(path, connection), new NoFunction(), _ =>
        {
            (connection.HasBegun, failed) = (true, connection.Now);
            throw new InvalidOperationException("The test's own.");
        });
        for (var waited = TimeSpan.Zero; !run.IsCompleted; waited += TimeSpan.FromMilliseconds(10))
        {
            Assert.True(waited < TimeSpan.FromMinutes(1), "The connection was never cut.");
            await Task.Delay(1);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await run;
        Assert.InRange((connection.CutAt - failed)!.Value.TotalMilliseconds, 150, double.MaxValue);
    }

    private static HttpRequest Request(string path, Connection connection)
    {
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpRequestLifetimeFeature>(connection);
        http.Features.Set<IHttpResponseFeature>(connection);
        http.Request.Method = "POST";
        http.Request.Path = path;
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes("{}"));
        return http.Request;
    }

    /// <summary>Says when it was cut, and that its response has begun.</summary>
    private sealed class Connection(FakeTimeProvider time) : HttpResponseFeature, IHttpRequestLifetimeFeature
    {
        private readonly DateTimeOffset _began = time.GetUtcNow();

        public TimeSpan Now => time.GetUtcNow() - _began;

        public TimeSpan? CutAt { get; private set; }

        public bool HasBegun { get; set; }

        public override bool HasStarted => HasBegun;

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => CutAt ??= Now;
    }

    private sealed class NoFunction : FunctionContext
    {
        public override string InvocationId => "";

        public override string FunctionId => "";

        public override TraceContext TraceContext => null!;

        public override BindingContext BindingContext => null!;

        public override RetryContext RetryContext => null!;

        public override IServiceProvider InstanceServices { get; set; } = null!;

        public override FunctionDefinition FunctionDefinition => null!;

        public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

        public override IInvocationFeatures Features => null!;
    }
}
