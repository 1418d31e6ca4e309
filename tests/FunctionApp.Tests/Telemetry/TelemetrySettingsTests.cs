using Rill.FunctionApp.Hosting;
using Rill.FunctionApp.Telemetry;
using Rill.Serving;

namespace Rill.FunctionApp.Tests.Telemetry;

public sealed class TelemetrySettingsTests
{
    private const string Insights = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    [Theory]
    [InlineData("auto", "", (int)Exporters.None)]
    [InlineData("auto", "OTEL_EXPORTER_OTLP_ENDPOINT", (int)Exporters.Otlp)]
    [InlineData("auto", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", (int)Exporters.Otlp)]
    [InlineData("auto", Insights, (int)Exporters.AzureMonitor)]
    [InlineData("auto", "OTEL_EXPORTER_OTLP_ENDPOINT " + Insights, (int)(Exporters.Otlp | Exporters.AzureMonitor))]
    [InlineData("none", "OTEL_EXPORTER_OTLP_ENDPOINT " + Insights, (int)Exporters.None)]
    [InlineData("otlp", Insights, (int)Exporters.Otlp)]
    [InlineData("azure-monitor", "OTEL_EXPORTER_OTLP_ENDPOINT " + Insights, (int)Exporters.AzureMonitor)]
    [InlineData("both", Insights, (int)(Exporters.Otlp | Exporters.AzureMonitor))]
    public void ExporterChoice_OfSettingAndVariables_IsAsDocumented(string setting, string variables, int expected) =>
        Assert.Equal((Exporters)expected, ExporterChoice.Of(setting, name => variables.Split(' ').Contains(name) ? "set" : null));

    [Fact]
    public void ExporterChoice_WithTheSdkDisabled_IsNone() =>
        Assert.Equal(Exporters.None, ExporterChoice.Of("both", name => name == "OTEL_SDK_DISABLED" ? "true" : null));

    [Fact]
    public void ExporterChoice_OfAzureMonitorWithoutItsVariable_StopsTheStart()
    {
        var failure = Assert.Throws<StartFailureException>(() => ExporterChoice.Of("azure-monitor", _ => null));

        Assert.Contains(Insights, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ClientId=abc-1;Authorization=AAD", "abc-1")]
    [InlineData("Authorization=AAD;ClientId=abc-1;", "abc-1")]
    [InlineData("authorization = aad", null)]
    public void Identity_OfAnAuthenticationString_IsTheOneItNames(string text, string? clientId) =>
        Assert.Equal(new AzureMonitorSettings.ManagedIdentity(clientId), AzureMonitorSettings.Identity(text));

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Identity_WithoutAnAuthenticationString_IsNone(string? text) => Assert.Null(AzureMonitorSettings.Identity(text));

    [Theory]
    [InlineData("ClientId=abc-1")]
    [InlineData("Authorization=Key")]
    public void Identity_OfAMalformedString_StopsTheStart(string text)
    {
        var failure = Assert.Throws<StartFailureException>(() => AzureMonitorSettings.Identity(text));

        Assert.Contains("APPLICATIONINSIGHTS_AUTHENTICATION_STRING must be Authorization=AAD", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsSummary_OfDefaults_SaysSo() =>
        Assert.Equal("defaults", SettingsSummary.Of(("", new RillOptions()), ("Engine", new EngineOptions())));

    [Fact]
    public void SettingsSummary_OfChanges_NamesThemButNoKeyOrAddress()
    {
        var options = new RillOptions { ApiKeys = ["secret"], Model = "https://host/?sig=secret", ModelId = "secret", MaxChoices = 3, HeartbeatSeconds = 2.5, Dtype = "f32" };

        var summary = SettingsSummary.Of(("", options), ("Engine", new EngineOptions { SlowReader = SlowReaderPolicy.Pause }));

        Assert.Equal("Dtype=f32 MaxChoices=3 HeartbeatSeconds=2.5 Engine:SlowReader=Pause", summary);
    }
}
