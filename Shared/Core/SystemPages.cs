using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rill;

/// <summary>What the system is told about pages, in Linux's numbers.</summary>
internal enum PageAdvice
{
    /// <summary>They are read as they come.</summary>
    Normal = 0,

    /// <summary>Spots of them are read: nothing around them is worth reading as well.</summary>
    Random = 1,

    /// <summary>What they hold may go.</summary>
    DontNeed = 4,

    /// <summary>Huge pages are wished for.</summary>
    HugePages = 14,

    /// <summary>Huge pages are not.</summary>
    NoHugePages = 15,
}

/// <summary>What may be done with pages, in Linux's numbers.</summary>
internal enum PageAccess
{
    /// <summary>Nothing: who tries faults.</summary>
    None = 0,

    /// <summary>Reading and writing.</summary>
    ReadWrite = 0x1 | 0x2,
}

/// <summary>The system's calls for mapped memory, which .NET does not offer.</summary>
[SupportedOSPlatform("linux")]
internal static partial class SystemPages
{
    /// <summary>Maps zeroed memory whose pages come on first touch; 0 where the system does not give it.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="reserve">False to take addresses only, however much memory there is.</param>
    public static nint TryMap(long length, bool reserve)
    {
        const int readWrite = 0x1 | 0x2;
        const int privateAnonymous = 0x02 | 0x20;
        const int noReserve = 0x4000;
        var address = Map(0, (nuint)length, readWrite, reserve ? privateAnonymous : privateAnonymous | noReserve, -1, 0);
        return address == -1 ? 0 : address;
    }

    /// <summary>Gives a whole mapping back.</summary>
    public static void Unmap(nint address, long length) => _ = UnmapNative(address, (nuint)length);

    /// <summary>Tells the system something about pages; false where it refuses, and the last error says why.</summary>
    public static bool TryAdvise(nint address, long length, PageAdvice advice) => Advise(address, (nuint)length, (int)advice) == 0;

    /// <summary>Says what may be done with pages; false where the system refuses.</summary>
    public static bool TryProtect(nint address, long length, PageAccess access) => Protect(address, (nuint)length, (int)access) == 0;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int UnmapNative(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint length, int advice);
}
