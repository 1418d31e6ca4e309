namespace Rill.FunctionApp.Telemetry;

/// <summary>Where telemetry is sent.</summary>
[Flags]
internal enum Exporters
{
    /// <summary>Nowhere; /metrics is there all the same.</summary>
    None = 0,

    /// <summary>An OpenTelemetry collector.</summary>
    Otlp = 1,

    /// <summary>Application Insights.</summary>
    AzureMonitor = 2,
}

/// <summary>Chooses exporters from the setting and from the variables that other software uses for them too.</summary>
internal static class ExporterChoice
{
    private static readonly string[] s_endpoints =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ];

    /// <summary>The exporters for the settings and this process's environment.</summary>
    /// <exception cref="StartFailureException">Azure Monitor is asked for without a connection string.</exception>
    public static Exporters Of(TelemetryOptions options) => Of(options.Exporter, Environment.GetEnvironmentVariable);

    /// <summary>The exporters for a setting.</summary>
    /// <param name="setting">The value of <see cref="TelemetryOptions.Exporter"/>.</param>
    /// <param name="variable">Reads an environment variable; null or empty when it is not set.</param>
    /// <exception cref="StartFailureException">Azure Monitor is asked for without a connection string.</exception>
    public static Exporters Of(string setting, Func<string, string?> variable)
    {
        // OpenTelemetry's own switch.
        if (string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return Exporters.None;
        }

        var isInsightsKnown = !string.IsNullOrWhiteSpace(variable(AzureMonitorSettings.ConnectionStringVariable));
        var chosen = setting switch
        {
            "none" => Exporters.None,
            "otlp" => Exporters.Otlp,
            "azure-monitor" => Exporters.AzureMonitor,
            "both" => Exporters.Otlp | Exporters.AzureMonitor,
            _ => (s_endpoints.Any(name => !string.IsNullOrWhiteSpace(variable(name))) ? Exporters.Otlp : Exporters.None)
                | (isInsightsKnown ? Exporters.AzureMonitor : Exporters.None),
        };
        return chosen.HasFlag(Exporters.AzureMonitor) && !isInsightsKnown
            ? throw new StartFailureException(
                $"Rill:Telemetry:Exporter is {setting}, but {AzureMonitorSettings.ConnectionStringVariable} is not set; set it, or choose another exporter.")
            : chosen;
    }
}
