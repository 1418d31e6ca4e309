namespace Rill.Serving;

/// <summary>Why a request got no place, and when to come back.</summary>
/// <param name="Reason">Why.</param>
/// <param name="RetryAfterSeconds">
/// Seconds in [1, 30]: queued prompt tokens and expected completion tokens divided by the measured throughput (contract H.3).
/// </param>
public sealed record Rejection(RejectionReason Reason, int RetryAfterSeconds);
