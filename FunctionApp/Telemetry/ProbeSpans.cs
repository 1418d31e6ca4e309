using System.Diagnostics;
using OpenTelemetry;

namespace Rill.FunctionApp.Telemetry;

/// <summary>Keeps requests that machines send every few seconds (health probes, scrapes of /metrics) and the page's own files out of the traces.</summary>
internal sealed class ProbeSpans : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Kind == ActivityKind.Server && data.GetTagItem(ServerSpan.RouteTag) is string route && IsProbe(route))
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }

    private static bool IsProbe(string route) => route is "/health" or "/health/live" or "/health/ready" or "/metrics" || PagePaths.Owns(route);
}
