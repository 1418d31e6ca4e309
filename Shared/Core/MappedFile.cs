using System.IO.MemoryMappedFiles;

namespace Rill;

/// <summary>A file of the local disk, mapped: nothing is read before it is touched.</summary>
public sealed unsafe class MappedFile : FileMemory
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private bool _disposed;

    /// <summary>Maps a file for reading.</summary>
    /// <exception cref="IOException">The file is missing, empty, or a device or a pipe.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public MappedFile(string path)
    {
        if (FileKind.OfIrregular(FinalPath.Of(path)) is { } kind)
        {
            throw new IOException($"{path} is {kind} and not a regular file.");
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Length = stream.Length;
        if (Length == 0)
        {
            stream.Dispose();
            throw new IOException($"{path} is empty.");
        }

        _file = MemoryMappedFile.CreateFromFile(stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start;
        Expect(ReadPattern.Streams);
    }

    /// <inheritdoc/>
    public override byte* Start { get; }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <summary>
    /// For streams the kernel is to read the file in huge pages, where it and the file system can (Linux 6.16 and ext4, for one): fewer page
    /// faults, and fewer misses in the tables of pages. A file of which only spots are read would be read nearly whole that way.
    /// </summary>
    public override void Expect(ReadPattern pattern)
    {
        if (OperatingSystem.IsLinux())
        {
            SystemPages.TryAdvise((nint)Start, Length, pattern == ReadPattern.Streams ? PageAdvice.Normal : PageAdvice.Random);
            SystemPages.TryAdvise((nint)Start, Length, pattern == ReadPattern.Streams ? PageAdvice.HugePages : PageAdvice.NoHugePages);
        }
    }

    /// <inheritdoc/>
    public override void Evict() => ReleasePages((nint)Start, (nuint)Length);

    /// <inheritdoc/>
    protected override void ReleasePages(nint address, nuint length)
    {
        if (OperatingSystem.IsLinux())
        {
            SystemPages.TryAdvise(address, (long)length, PageAdvice.DontNeed);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
