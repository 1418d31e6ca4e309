namespace Rill.FunctionApp.Http;

/// <summary>
/// Counts the bytes of all bodies that are held, from their first byte to their request's admission, and says when there are too many.
/// What <see cref="RequestBody"/> reads first of each is not counted, so a small request is never refused because of large ones. Thread-safe.
/// </summary>
internal sealed class BodyMemory(long maxBytes)
{
    /// <summary>Bodies may take this share of the memory; what is made of them takes the multiple of it that docs/adr/0054 states.</summary>
    private const int DefaultShare = 32;

    private long _held;

    /// <summary>Counted bytes that are held now.</summary>
    public long HeldBytes => Interlocked.Read(ref _held);

    /// <summary>The bound that the settings name, or a share of the memory; never less than one body.</summary>
    public static BodyMemory Of(RillOptions options) => new(options.MaxBodiesMiB is { } mebibytes
        ? (long)mebibytes << 20
        : Math.Max(options.MaxBodyBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare));

    /// <summary>Whether so many bytes more would be taken now. One body alone always is.</summary>
    public bool HasRoomFor(long bytes) => HeldBytes is var held && (held == 0 || held + bytes <= maxBytes);

    /// <summary>Counts so many bytes more, where there is room for them; a body that alone is held may always grow.</summary>
    /// <param name="bytes">What is added.</param>
    /// <param name="own">What the same body has taken before.</param>
    public bool TryTake(long bytes, long own)
    {
        var held = Interlocked.Add(ref _held, bytes);
        if (held <= maxBytes || held == own + bytes)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Gives counted bytes back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _held, -bytes);
}
