using System.Text;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Telemetry;

/// <summary>A server that sends to a stand-in for Application Insights, and was told to write content into its spans.</summary>
public sealed class AzureMonitorExportTests
{
    [Fact]
    public Task AnAnswer_WithContentAskedFor_IsTracedWithItsContent() => Eventually.SucceedsAsync(async () =>
    {
        await using var insights = await Collector.StartAsync("""{"itemsReceived":1,"itemsAccepted":1,"errors":[]}""");
        await using var server = await RillServer.StartScriptedAsync(new()
        {
            ["Rill__Telemetry__CaptureContent"] = "true",
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = $"InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint={insights.Address}",
            ["APPLICATIONINSIGHTS_STATSBEAT_DISABLED"] = "true",

            // The exporter's default keeps five traces a second, and the probes that waited for the start may have had them.
            ["OTEL_TRACES_SAMPLER"] = "microsoft.fixed_percentage",
            ["OTEL_TRACES_SAMPLER_ARG"] = "1.0",
        });

        var answer = await server.PostAsync(ChatJson.Of("!text Caerulean answer\na question about saffron", "\"n\":2"));
        Assert.Equal(200, answer.Status);

        // Metrics go out once a minute, and at the end whatever is left, as far as the exporter's last seconds allow.
        server.Process.Signal(HostProcess.SigTerm);
        await server.Process.WaitForExitAsync(RillServerRequests.Patience);

        Assert.Contains(Items(insights), item => item.GetRawText().Contains("vllm.time_to_first_token_seconds", StringComparison.Ordinal));
        var properties = Items(insights).First(IsChat).GetProperty("data").GetProperty("baseData").GetProperty("properties");
        var asked = JsonElement.Parse(properties.GetProperty("gen_ai.input.messages").GetString()!);
        var said = JsonElement.Parse(properties.GetProperty("gen_ai.output.messages").GetString()!);
        Assert.Equal("user", asked[0].GetProperty("role").GetString());
        Assert.EndsWith("a question about saffron", asked[0].GetProperty("parts")[0].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, said.GetArrayLength());
        Assert.Equal("Caerulean answer", said[1].GetProperty("parts")[0].GetProperty("content").GetString());
        Assert.Equal("stop", said[1].GetProperty("finish_reason").GetString());
    });

    private static bool IsChat(JsonElement item) => item.GetRawText().Contains("\"chat scripted\"", StringComparison.Ordinal);

    private static IEnumerable<JsonElement> Items(Collector insights) => insights.Bodies("/v2.1/track")
        .SelectMany(body => Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        .Select(line => JsonElement.Parse(line));
}
