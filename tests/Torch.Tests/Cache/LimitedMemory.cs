using System.Runtime.Versioning;
using Rill.Torch.Native;

namespace Rill.Torch.Tests.Cache;

/// <summary>A device of little memory, which refuses reads and writes where it mapped none.</summary>
/// <param name="pageBytes">A multiple of the system's page.</param>
[SupportedOSPlatform("linux")]
internal sealed class LimitedMemory(long pageBytes = 4096) : IDeviceMemory
{
    private readonly HostMemory _host = new();

    public long PageBytes => pageBytes;

    public long TakenBytes => 0;

    /// <summary>Bytes that the device has.</summary>
    public long Limit { get; set; } = long.MaxValue;

    public long Mapped { get; private set; }

    public long MostMapped { get; private set; }

    public int Unmaps { get; private set; }

    public int Reservations { get; private set; }

    public nint Reserve(long bytes)
    {
        Reservations++;
        return _host.Reserve(bytes);
    }

    public void Free(nint start, long bytes)
    {
        Reservations--;
        _host.Free(start, bytes);
    }

    public void Map(nint start, long bytes)
    {
        Assert.Equal((0, 0), (start % pageBytes % _host.PageBytes, bytes % pageBytes));
        if (Mapped + bytes > Limit)
        {
            throw new DeviceMemoryException("out of memory");
        }

        _host.Map(start, bytes);
        Mapped += bytes;
        MostMapped = Math.Max(MostMapped, Mapped);
    }

    public void Unmap(nint start, long bytes)
    {
        Unmaps++;
        _host.Unmap(start, bytes);
        Mapped -= bytes;
    }
}
