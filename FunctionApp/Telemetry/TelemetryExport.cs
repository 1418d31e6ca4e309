using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Rill.Telemetry;

namespace Rill.FunctionApp.Telemetry;

/// <summary>
/// Sends traces, metrics and logs by OpenTelemetry. Only called when an exporter is chosen, so that a plain start loads none of its
/// libraries.
/// </summary>
internal static class TelemetryExport
{
    private const string DefaultServiceName = "rill";

    /// <summary>ASP.NET Core's own source: one span for each request, under the caller's traceparent.</summary>
    private const string ServerSource = "Microsoft.AspNetCore";

    /// <summary>Meters of the platform that a dashboard of a server wants beside ours.</summary>
    private static readonly string[] s_meters = [RillMetrics.MeterName, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Adds the exporters that the settings choose.</summary>
    /// <param name="builder">The app's builder.</param>
    /// <param name="exporters">What to send to.</param>
    /// <param name="version">The app's version, for the resource.</param>
    public static void Add(IHostApplicationBuilder builder, Exporters exporters, string version)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, version))
            .WithTracing(tracing => tracing.AddSource(RillActivity.SourceName, ServerSource).AddProcessor(new ProbeSpans()))
            .WithMetrics(metrics => metrics.AddMeter(s_meters))
            .WithLogging(null, logging => logging.IncludeFormattedMessage = true);
        if (exporters.HasFlag(Exporters.Otlp))
        {
            telemetry.UseOtlpExporter();
        }

        if (exporters.HasFlag(Exporters.AzureMonitor))
        {
            AddAzureMonitor(telemetry);
        }
    }

    private static void Describe(ResourceBuilder resource, string version)
    {
        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come after it, and win.
        resource.Clear().AddService(DefaultServiceName, serviceVersion: version, serviceInstanceId: InstanceId()).AddTelemetrySdk().AddEnvironmentVariableDetector();
    }

    /// <summary>On Container Apps the replica's name; elsewhere the machine's.</summary>
    private static string InstanceId() => Environment.GetEnvironmentVariable("CONTAINER_NAME") is { Length: > 0 } replica ? replica : Environment.MachineName;

    private static void AddAzureMonitor(OpenTelemetryBuilder telemetry) => telemetry
        .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Configure))
        .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Configure))
        .WithLogging(logging => logging.AddAzureMonitorLogExporter(Configure), null);

    private static void Configure(AzureMonitorExporterOptions options)
    {
        var settings = AzureMonitorSettings.Read();
        options.ConnectionString = settings.ConnectionString;
        options.Credential = settings.Credential;
        // It would hold a connection to Azure open all the time; traces and metrics say the same.
        options.EnableLiveMetrics = false;
        // The runtime's own meter tells the same, under one name everywhere.
        options.EnablePerformanceCounters = false;
    }
}
