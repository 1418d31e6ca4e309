namespace Rill.Serving;

/// <summary>Why a request got no place.</summary>
public enum RejectionReason
{
    /// <summary>Too many requests wait, or too many prompt tokens.</summary>
    QueueFull,

    /// <summary>The engine drains before it stops.</summary>
    Draining,
}
