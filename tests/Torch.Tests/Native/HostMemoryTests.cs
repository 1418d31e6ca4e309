using System.Globalization;
using System.Runtime.Versioning;
using Rill.Torch.Native;

namespace Rill.Torch.Tests.Native;

[SupportedOSPlatform("linux")]
public sealed class HostMemoryTests
{
    [SkippableFact]
    public unsafe void Map_AndUnmap_OpenAndCloseTheAddresses()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The system's calls are Linux's.");
        var memory = new HostMemory();
        var page = (nint)memory.PageBytes;
        var start = memory.Reserve(8 * page);

        Assert.Equal("---p", Access(start));
        memory.Map(start + (2 * page), 3 * page);
        Assert.Equal(("---p", "rw-p"), (Access(start + page), Access(start + (2 * page))));
        Assert.Equal(("rw-p", "---p"), (Access(start + (4 * page)), Access(start + (5 * page))));
        *(byte*)(start + (4 * page)) = 7;
        memory.Unmap(start + (3 * page), 2 * page);
        Assert.Equal(("rw-p", "---p"), (Access(start + (2 * page)), Access(start + (4 * page))));
        memory.Map(start + (4 * page), page);
        Assert.Equal(0, *(byte*)(start + (4 * page)));

        memory.Free(start, 8 * page);
        Assert.NotEqual("rw-p", Access(start + (2 * page)));
    }

    /// <summary>What the system says may be done at an address; "" where nothing lies there.</summary>
    private static string Access(nint address)
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var parts = line.Split('-', ' ');
            if (Number(parts[0]) <= (ulong)address && (ulong)address < Number(parts[1]))
            {
                return line.Split(' ')[1];
            }
        }

        return "";

        static ulong Number(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
