using System.Runtime.InteropServices;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>Which pages of the process have memory.</summary>
internal static unsafe partial class ResidentPages
{
    /// <summary>Bytes of a range, which begins at a page, that have memory.</summary>
    public static long Bytes(byte* start, long length)
    {
        var pages = new byte[(length + Environment.SystemPageSize - 1) / Environment.SystemPageSize];
        fixed (byte* first = pages)
        {
            Assert.Equal(0, Find((nint)start, (nuint)length, first));
        }

        return pages.LongCount(page => (page & 1) == 1) * Environment.SystemPageSize;
    }

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static partial int Find(nint address, nuint length, byte* pages);
}
