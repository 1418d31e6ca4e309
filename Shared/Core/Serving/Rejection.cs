namespace Rill.Serving;

/// <summary>Why a request got no place, and when to come back.</summary>
/// <param name="Reason">Why.</param>
/// <param name="RetryAfterSeconds">
/// Seconds in [1, 30]: queued prompt tokens and expected completion tokens divided by the measured throughput (contract H.3).
/// </param>
public sealed record Rejection(RejectionReason Reason, int RetryAfterSeconds);

/// <summary>Why a request got no place.</summary>
public enum RejectionReason
{
    /// <summary>Too many requests wait, or too many prompt tokens.</summary>
    QueueFull,

    /// <summary>The engine drains before it stops.</summary>
    Draining,
}
