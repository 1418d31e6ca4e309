using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Rill.FunctionApp;

/// <summary>Where traces, metrics and logs go, and what they may hold. The section is <c>Rill:Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Rill:Telemetry";

    /// <summary>
    /// <c>auto</c>: OTLP where an OTEL_EXPORTER_OTLP_* endpoint is set, Azure Monitor where APPLICATIONINSIGHTS_CONNECTION_STRING is;
    /// or one of <c>none</c>, <c>otlp</c>, <c>azure-monitor</c>, <c>both</c>.
    /// </summary>
    [RegularExpression("^(auto|none|otlp|azure-monitor|both)$", ErrorMessage = "Rill:Telemetry:Exporter must be auto, none, otlp, azure-monitor or both.")]
    public string Exporter { get; init; } = "auto";

    /// <summary>True to write messages and completions into spans. Whoever reads the traces then reads what users wrote.</summary>
    public bool CaptureContent { get; init; }
}

/// <summary>Checks <see cref="TelemetryOptions"/> against its attributes.</summary>
[OptionsValidator]
internal sealed partial class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>;
