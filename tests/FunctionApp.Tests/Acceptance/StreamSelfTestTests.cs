using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>The stream by which a deployer sees whether a proxy buffers.</summary>
[Collection(nameof(BusyServer))]
public sealed class StreamSelfTestTests(BusyServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Fact]
    public Task HealthStream_ByDefault_SendsTwentyEventsAsTheyFallDue() => Eventually.MeasuresAsync(
        async () =>
        {
            var events = await EventsAsync();
            Assert.Equal(Enumerable.Range(0, 20), events.Select(entry => entry.Data.GetProperty("index").GetInt32()));
            Assert.True(events[^1].Data.GetProperty("sent_ms").GetDouble() >= 19 * 45);
            return events[^1].At - events[0].At;
        },

        // They are 950 ms apart; what came all at once would come within a few.
        between => Assert.True(between > TimeSpan.FromMilliseconds(400), $"{between}"));

    [Fact]
    public async Task HealthStream_WithCountAndInterval_FollowsThem()
    {
        var answer = await _server.SendAsync(HttpMethod.Get, "health/stream?count=3&interval_ms=1", null, BusyServer.Bearer);

        Assert.Equal(3, answer.Body.Split("\"index\":").Length - 1);
        Assert.EndsWith("data: [DONE]\n\n", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("count=0", "count")]
    [InlineData("count=1001", "count")]
    [InlineData("interval_ms=60001", "interval_ms")]
    [InlineData("interval_ms=soon", "interval_ms")]
    public async Task HealthStream_OutOfRange_NamesTheParameter(string query, string parameter) =>
        (await _server.SendAsync(HttpMethod.Get, $"health/stream?{query}", null, BusyServer.Bearer)).AssertError(400, "invalid_value", parameter);

    [Fact]
    public async Task HealthStream_WithoutAKey_Is401() =>
        (await _server.SendAsync(HttpMethod.Get, "health/stream")).AssertError(401, "invalid_api_key", null);

    [Fact]
    public async Task Metrics_WithoutAKey_Is401() =>
        (await _server.SendAsync(HttpMethod.Get, "metrics")).AssertError(401, "invalid_api_key", null);

    private async Task<List<(JsonElement Data, TimeSpan At)>> EventsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("health/stream", UriKind.Relative));
        request.Headers.TryAddWithoutValidation(BusyServer.Bearer.Name, BusyServer.Bearer.Value);
        using var response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var clock = Stopwatch.StartNew();
        var events = new List<(JsonElement Data, TimeSpan At)>();
        while (await reader.ReadLineAsync() is { } line && line != "data: [DONE]")
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                events.Add((JsonElement.Parse(line[6..]), clock.Elapsed));
            }
        }

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return events;
    }
}
