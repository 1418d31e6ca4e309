namespace Rill.Bench.Gpu;

/// <summary>When no further part is begun.</summary>
/// <param name="time">The clock.</param>
/// <param name="limit">From now on; null for no limit.</param>
internal sealed class TimeBox(TimeProvider time, TimeSpan? limit)
{
    private readonly long _from = time.GetTimestamp();

    /// <summary>What is left; an hour where there is no limit.</summary>
    public TimeSpan Left => limit is { } all ? all - time.GetElapsedTime(_from) : TimeSpan.FromHours(1);

    /// <summary>Whether a part of this length may begin.</summary>
    public bool Has(TimeSpan needed) => Left >= needed;
}
