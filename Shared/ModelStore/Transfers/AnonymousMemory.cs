using System.Buffers;
using System.Runtime.InteropServices;

namespace Rill.ModelStore.Transfers;

/// <summary>
/// Memory for one file of weights, which its tensors use as it is. On Linux it is mapped, so that pages come on first touch, huge ones
/// where the system has them, and pages whose tensors were copied elsewhere can go back early.
/// </summary>
internal unsafe class AnonymousMemory : FileMemory
{
    private byte* _start;

    /// <summary>Maps memory of a size.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="file">How an error names what it is for.</param>
    /// <param name="reserve">False on Linux to take addresses only, however much memory there is: a part of it is used at a time.</param>
    /// <exception cref="StoreException">The system has not so much.</exception>
    public AnonymousMemory(long length, string file, bool reserve = true)
    {
        Length = length;
        if (!OperatingSystem.IsLinux())
        {
            _start = (byte*)NativeMemory.Alloc((nuint)length);
            return;
        }

        var address = SystemPages.TryMap(length, reserve);
        if (address == 0)
        {
            throw new StoreException(StoreFailure.NoRoom, $"{file} needs {length >> 20} MiB of memory, which the system does not give; use a machine with more memory.");
        }

        _start = (byte*)address;
        if (reserve)
        {
            SystemPages.TryAdvise(address, length, PageAdvice.HugePages);    // advice only: small pages do as well
        }
    }

    public override byte* Start => _start;

    public override long Length { get; }

    /// <summary>The first byte.</summary>
    protected nint Address => (nint)_start;

    /// <summary>A part of it, to be filled.</summary>
    public Memory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        using var part = new Part(_start + offset, length);
        return part.Memory;
    }

    protected override void ReleasePages(nint address, nuint length)
    {
        if (OperatingSystem.IsLinux())
        {
            SystemPages.TryAdvise(address, (long)length, PageAdvice.DontNeed);
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
            SystemPages.Unmap((nint)start, Length);
        }
        else
        {
            NativeMemory.Free(start);
        }
    }

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
