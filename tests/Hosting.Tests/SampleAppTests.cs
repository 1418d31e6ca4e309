using System.Data.Common;
using System.Net;
using System.Net.Http.Headers;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rill.FunctionApp.Tests.Telemetry;

namespace Rill.Hosting.Tests;

/// <summary>The sample app host, started by Aspire itself: processes, health, connection string and telemetry are real.</summary>
[Collection(nameof(SampleApp))]
public sealed class SampleAppTests(SampleApp sample)
{
    private const string ModelState = "rill.model";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    [Fact]
    public void Server_WhileItsModelLoads_IsUnhealthy_AndSaysHowFarItIs()
    {
        var report = Assert.Single(sample.Loading.HealthReports);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.StartsWith("The model is loading (", report.Description, StringComparison.Ordinal);
        Assert.StartsWith("The model is loading (", Property(sample.Loading), StringComparison.Ordinal);
    }

    [Fact]
    public void Service_WhileTheModelLoads_Waits() => Assert.Equal(KnownResourceStates.Waiting, sample.ServiceWhileLoading);

    [Fact]
    public void Server_WithItsModel_IsHealthy_AndSaysSo()
    {
        Assert.Equal(HealthStatus.Healthy, sample.Loaded.HealthStatus);
        Assert.Equal("The model is loaded.", Property(sample.Loaded));
    }

    [Fact]
    public async Task Service_Asked_StreamsWhatTheModelSays_InOneTraceWithIt()
    {
        using var client = sample.App.CreateHttpClient(SampleApp.Service);

        var story = await client.GetStringAsync(new Uri("/?ask=Tell+me+a+story+about+a+fox.", UriKind.Relative)).WaitAsync(s_patience);

        Assert.Contains("fox", story, StringComparison.OrdinalIgnoreCase);
        var asked = await SpanAsync(SampleApp.Service, span => span.Name.StartsWith("POST", StringComparison.Ordinal));
        await SpanAsync(SampleApp.Server, span => span.Name == "chat tiny" && span.TraceId == asked.TraceId);
    }

    /// <summary>The names that Aspire.OpenAI reads: Endpoint, Key, and one of Model and Deployment.</summary>
    [Fact]
    public async Task ConnectionString_HasAddressKeyAndModel_ThatTheServerTakes()
    {
        var connection = new DbConnectionStringBuilder { ConnectionString = await sample.App.GetConnectionStringAsync(SampleApp.Server) };
        Assert.Equal(["endpoint", "key", "model"], connection.Keys.Cast<string>().Order());
        using var client = new HttpClient();
        var models = new Uri($"{connection["Endpoint"]}/models");

        using var refused = await client.GetAsync(models);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)connection["Key"]);
        var taken = await client.GetStringAsync(models);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains($"\"id\":\"{connection["Model"]}\"", taken, StringComparison.Ordinal);
    }

    private static string? Property(CustomResourceSnapshot snapshot) =>
        (string?)snapshot.Properties.Single(property => property.Name == ModelState).Value;

    /// <summary>The first such span from a resource of this name, once it has come.</summary>
    private async Task<OtlpSpan> SpanAsync(string resource, Func<OtlpSpan, bool> matches)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (true)
        {
            var spans = sample.Collector.Bodies("/v1/traces")
                .Where(body => resource.Equals(Otlp.Resource(body)["service.name"]))
                .SelectMany(Otlp.Spans);
            if (spans.FirstOrDefault(matches) is { } span)
            {
                return span;
            }

            await Task.Delay(100);
            Assert.False(limit.IsCancellationRequested, $"No such span of {resource} came within {s_patience}.");
        }
    }
}
