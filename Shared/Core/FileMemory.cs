namespace Rill;

/// <summary>A file's bytes in memory outside the managed heap, valid until disposed.</summary>
public abstract unsafe class FileMemory : IDisposable
{
    /// <summary>The first byte.</summary>
    public abstract byte* Start { get; }

    /// <summary>The number of bytes, at least 1.</summary>
    public abstract long Length { get; }

    /// <summary>Gives the memory back; what points into it is invalid from then on.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Gives the physical pages that lie wholly inside a part back to the system, where that is possible; whoever calls it has finished with
    /// the part. A mapped file's pages are read again when touched, memory that a store has filled is lost.
    /// </summary>
    /// <param name="offset">The part's first byte.</param>
    /// <param name="length">Its number of bytes.</param>
    public void Release(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        var (first, bytes) = WholePages(offset, length);
        if (bytes > 0)
        {
            ReleasePages(first, bytes);
        }
    }

    /// <summary>
    /// What the content is known by without being read: its hash, where the file is still being fetched and must not be read but behind
    /// <see cref="Await"/>; null for a file that is there.
    /// </summary>
    public virtual string? ArrivingHash => null;

    /// <summary>
    /// Waits until a part has arrived, where the file is still being fetched. The part stays until <see cref="Pass"/> is called; where it was
    /// passed before it is fetched again. One thread reads.
    /// </summary>
    /// <param name="offset">The part's first byte.</param>
    /// <param name="length">Its number of bytes.</param>
    public virtual void Await(long offset, long length)
    {
    }

    /// <summary>
    /// Says that the reader is done with all that it has awaited, and with what lies before a byte of this file and in the files before it, where
    /// they are still being fetched: their memory goes back, to make room for what follows.
    /// </summary>
    /// <param name="offset">The byte.</param>
    public virtual void Pass(long offset)
    {
    }

    /// <summary>
    /// Says that the reader is done with all files, and waits until what was read of them is known to be right, where they are still being
    /// fetched.
    /// </summary>
    public virtual void Complete()
    {
    }

    /// <summary>
    /// Takes the pages that can be read again out of the process's resident memory: of a mapped file all, of memory that a store has filled none.
    /// </summary>
    public virtual void Evict()
    {
    }

    /// <summary>Tells the system how the memory is read from here on, which decides how much a first touch reads from a disk. A wish.</summary>
    public virtual void Expect(ReadPattern pattern)
    {
    }

    /// <summary>The pages that lie wholly inside a part: the first one's address, and their bytes, which may be 0.</summary>
    protected (nint First, nuint Length) WholePages(long offset, long length)
    {
        var page = (nint)Environment.SystemPageSize;
        var first = ((nint)Start + (nint)offset + page - 1) / page * page;
        var end = ((nint)Start + (nint)(offset + length)) / page * page;
        return (first, (nuint)Math.Max(0, end - first));
    }

    /// <summary>Gives whole pages back to the system.</summary>
    protected virtual void ReleasePages(nint address, nuint length)
    {
    }

    /// <summary>Gives the memory back. Called more than once when the owner is disposed too.</summary>
    protected abstract void Dispose(bool disposing);
}
