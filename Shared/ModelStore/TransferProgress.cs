using System.Diagnostics;

namespace Rill.ModelStore;

/// <summary>How far a transfer is. Written by many threads, read by any.</summary>
public sealed class TransferProgress
{
    private long _total;
    private long _done;
    private long _resumed;
    private int _retries;
    private long _firstByte;

    /// <summary>Bytes of all files; 0 before the manifest has come.</summary>
    public long TotalBytes => Volatile.Read(ref _total);

    /// <summary>Bytes that have come, and whose hash was right where their chunk has one.</summary>
    public long DoneBytes => Volatile.Read(ref _done);

    /// <summary>The part of <see cref="DoneBytes"/> that an earlier, broken-off transfer had left.</summary>
    public long ResumedBytes => Volatile.Read(ref _resumed);

    /// <summary>Attempts that failed and were repeated.</summary>
    public int Retries => Volatile.Read(ref _retries);

    /// <summary>Whole per cent, 0 to 100; bytes that come a second time count again.</summary>
    public int Percent => TotalBytes is > 0 and var total ? (int)Math.Min(100, 100 * DoneBytes / total) : 0;

    /// <summary>When the first byte came, in ticks of the stopwatch; 0 before.</summary>
    public long FirstByteAt => Volatile.Read(ref _firstByte);

    /// <summary>Called with one sentence before something is tried again.</summary>
    public Action<string>? Retrying { get; init; }

    internal void Begin(long totalBytes)
    {
        Interlocked.CompareExchange(ref _firstByte, Stopwatch.GetTimestamp(), 0);
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _resumed, 0);
        Volatile.Write(ref _total, totalBytes);
    }

    internal void Add(long bytes) => Interlocked.Add(ref _done, bytes);

    internal void AddResumed(long bytes)
    {
        Interlocked.Add(ref _resumed, bytes);
        Add(bytes);
    }

    internal void Retried(Exception reason)
    {
        Interlocked.Increment(ref _retries);
        Retrying?.Invoke(reason.Message);
    }
}
