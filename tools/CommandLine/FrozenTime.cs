namespace Rill.CommandLine;

/// <summary>A clock that stands still, for output that can be compared.</summary>
/// <param name="now">The local time that it shows, whatever the time zone.</param>
internal sealed class FrozenTime(DateTime now) : TimeProvider
{
    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(DateTime.SpecifyKind(now, DateTimeKind.Unspecified), TimeSpan.Zero);
}
