using System.Runtime.InteropServices;

namespace Rill.Torch.Tests.Native;

/// <summary>Which of the process's memory is resident, by address: other memory comes and goes while a test runs.</summary>
internal static unsafe partial class ResidentMappings
{
    /// <summary>Resident bytes of a range that begins at a page.</summary>
    public static long Bytes(void* address, long size)
    {
        var pages = new byte[size / Environment.SystemPageSize];
        fixed (byte* first = pages)
        {
            Assert.Equal(0, Find((nint)address, (nuint)size, first));
        }

        return pages.LongCount(page => (page & 1) == 1) * Environment.SystemPageSize;
    }

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static partial int Find(nint address, nuint length, byte* pages);
}
