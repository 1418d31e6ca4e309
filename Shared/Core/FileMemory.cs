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

    /// <summary>Gives the memory back. Called more than once when the owner is disposed too.</summary>
    protected abstract void Dispose(bool disposing);
}
