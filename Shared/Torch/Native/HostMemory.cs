using System.Runtime.Versioning;

namespace Rill.Torch.Native;

/// <summary>
/// The CPU's memory as a device's: for the decoder of tensor operations where it runs on the CPU. Addresses without memory are protected, so
/// that an operation which reads there ends the process here as it would on a GPU.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class HostMemory : IDeviceMemory
{
    public long PageBytes => VirtualMemory.PageSize;

    /// <summary>None: pages come on first touch, and go when they are unmapped.</summary>
    public long TakenBytes => 0;

    public nint Reserve(long bytes)
    {
        var start = SystemPages.TryMap(bytes, reserve: false);
        if (start == 0)
        {
            throw new DeviceMemoryException($"the system has no {bytes} bytes of addresses");
        }

        Check(SystemPages.TryProtect(start, bytes, PageAccess.None), "protecting addresses");
        return start;
    }

    public void Free(nint start, long bytes) => SystemPages.Unmap(start, bytes);

    public void Map(nint start, long bytes) => Check(SystemPages.TryProtect(start, bytes, PageAccess.ReadWrite), "opening addresses");

    public void Unmap(nint start, long bytes)
    {
        Check(SystemPages.TryAdvise(start, bytes, PageAdvice.DontNeed), "giving memory back");
        Check(SystemPages.TryProtect(start, bytes, PageAccess.None), "protecting addresses");
    }

    private static void Check(bool done, string what)
    {
        if (!done)
        {
            throw new DeviceMemoryException($"{what} failed");
        }
    }
}
