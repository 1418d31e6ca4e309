using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>
/// A large zeroed range of addresses whose physical pages come on first touch. On Linux parts can be given back to the system and are
/// zero again afterwards; elsewhere the memory is merely allocated, and giving back does nothing.
/// </summary>
internal sealed unsafe class VirtualMemory : IDisposable
{
    private readonly long _size;

    /// <summary>Reserves <paramref name="size"/> bytes.</summary>
    /// <param name="size">Number of bytes.</param>
    /// <param name="use">What they are for, and what to do where there are none: the end of the error's sentence.</param>
    /// <exception cref="InsufficientMemoryException">The system has no such range of addresses left.</exception>
    public VirtualMemory(long size, string use = "the KV cache; lower the context length or the number of sequences")
    {
        _size = size;
        if (!OperatingSystem.IsLinux())
        {
            Start = (byte*)NativeMemory.AllocZeroed((nuint)size);
            return;
        }

        var address = SystemPages.TryMap(size, reserve: false);
        Start = address != 0 ? (byte*)address
            : throw new InsufficientMemoryException($"Could not reserve {size} bytes of addresses for {use}.");
    }

    /// <summary>Bytes in a page; parts that are given back should begin and end at multiples of it.</summary>
    public static int PageSize => Environment.SystemPageSize;

    /// <summary>The first byte, aligned to a page.</summary>
    public byte* Start { get; }

    /// <summary>Rounds up to whole pages.</summary>
    public static long RoundUp(long size) => (size + PageSize - 1) / PageSize * PageSize;

    /// <summary>Asks for huge pages, for memory that will be filled whole and read in streams. It is a wish, and no error where it cannot be.</summary>
    public void AskForHugePages() => AskForHugePages(0, _size);

    /// <summary>The same for a part.</summary>
    public void AskForHugePages(long offset, long size)
    {
        if (OperatingSystem.IsLinux())
        {
            SystemPages.TryAdvise((nint)(Start + offset), size, PageAdvice.HugePages);
        }
    }

    /// <summary>Gives the physical pages of a part back to the system.</summary>
    public void Release(long offset, long size)
    {
        if (OperatingSystem.IsLinux() && !SystemPages.TryAdvise((nint)(Start + offset), size, PageAdvice.DontNeed))
        {
            throw new InvalidOperationException($"madvise failed with error {Marshal.GetLastPInvokeError()}.");
        }
    }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            SystemPages.Unmap((nint)Start, _size);
        }
        else
        {
            NativeMemory.Free(Start);
        }
    }
}
