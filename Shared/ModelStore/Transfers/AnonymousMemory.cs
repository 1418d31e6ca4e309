using System.Buffers;
using System.Runtime.InteropServices;

namespace Rill.ModelStore.Transfers;

/// <summary>
/// Memory for one file of weights, which its tensors use as it is. On Linux it is mapped, so that pages come on first touch, huge ones
/// where the system has them, and pages whose tensors were copied elsewhere can go back early.
/// </summary>
internal sealed unsafe partial class AnonymousMemory : FileMemory
{
    private byte* _start;

    /// <summary>Maps memory of a size.</summary>
    /// <exception cref="StoreException">The system has not so much.</exception>
    public AnonymousMemory(long length, string file)
    {
        const int readWrite = 0x1 | 0x2;
        const int privateAnonymous = 0x02 | 0x20;
        const int hugePages = 14;
        Length = length;
        if (!OperatingSystem.IsLinux())
        {
            _start = (byte*)NativeMemory.Alloc((nuint)length);
            return;
        }

        var address = Map(0, (nuint)length, readWrite, privateAnonymous, -1, 0);
        if (address == -1)
        {
            throw new StoreException(StoreFailure.NoRoom, $"{file} needs {length >> 20} MiB of memory, which the system does not give; use a machine with more memory.");
        }

        _start = (byte*)address;
        _ = Advise(address, (nuint)length, hugePages);    // advice only: small pages do as well
    }

    public override byte* Start => _start;

    public override long Length { get; }

    /// <summary>A part of it, to be filled.</summary>
    public Memory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        using var part = new Part(_start + offset, length);
        return part.Memory;
    }

    protected override void ReleasePages(nint address, nuint length)
    {
        const int dontNeed = 4;
        if (OperatingSystem.IsLinux())
        {
            _ = Advise(address, length, dontNeed);
        }
    }

    protected override void Dispose(bool disposing)
    {
        var start = _start;
        _start = null;
        if (start is null)
        {
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            _ = Unmap((nint)start, (nuint)Length);
        }
        else
        {
            NativeMemory.Free(start);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    /// <summary>A view for streams, which take no pointers.</summary>
    private sealed class Part(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
