using Rill.Torch.Native;

namespace Rill.Torch.Cache;

/// <summary>
/// Reserved addresses of a device in regions of one size, each with memory behind its beginning, as far as it was ever used. What is no longer
/// used keeps its memory until somebody trims it: the next use of a region mostly finds it mapped.
/// </summary>
internal sealed class DeviceRegions : IDisposable
{
    private readonly IDeviceMemory _memory;
    private readonly long _regionBytes;
    private readonly long[] _mapped;    // [region] bytes, whole pages
    private readonly long[] _used;      // [region] bytes, whole pages

    /// <summary>Reserves the addresses.</summary>
    /// <param name="memory">The device's.</param>
    /// <param name="count">Number of regions.</param>
    /// <param name="regionBytes">Bytes of a region, a multiple of the page.</param>
    /// <exception cref="DeviceMemoryException">There are no such addresses.</exception>
    public DeviceRegions(IDeviceMemory memory, int count, long regionBytes)
    {
        (_memory, _regionBytes) = (memory, regionBytes);
        (_mapped, _used) = (new long[count], new long[count]);
        Start = memory.Reserve(count * regionBytes);
    }

    /// <summary>The first address.</summary>
    public nint Start { get; }

    /// <summary>Bytes of memory behind all regions.</summary>
    public long Mapped { get; private set; }

    /// <summary>Says how much of a region is used from now on; what it may need beyond what is mapped: bytes, whole pages.</summary>
    public long Use(int region, long bytes)
    {
        _used[region] = (bytes + _memory.PageBytes - 1) / _memory.PageBytes * _memory.PageBytes;
        return Math.Max(0, _used[region] - _mapped[region]);
    }

    /// <summary>Bytes that a region's use asks for, whole pages.</summary>
    public long UsedBy(int region) => _used[region];

    /// <summary>Maps what a region's use asks for.</summary>
    /// <exception cref="DeviceMemoryException">The device has no more memory; what was mapped before stays.</exception>
    public void Map(int region)
    {
        var missing = _used[region] - _mapped[region];
        if (missing > 0)
        {
            _memory.Map(Start + (nint)((region * _regionBytes) + _mapped[region]), missing);
            _mapped[region] += missing;
            Mapped += missing;
        }
    }

    /// <summary>Takes away at least so many bytes that no use asks for, or all there are of them.</summary>
    /// <returns>Bytes taken away.</returns>
    public long Trim(long bytes)
    {
        var taken = 0L;
        for (var region = _used.Length - 1; region >= 0 && taken < bytes; region--)    // the scheduler takes low slots first
        {
            var idle = _mapped[region] - _used[region];
            if (idle > 0)
            {
                _memory.Unmap(Start + (nint)((region * _regionBytes) + _used[region]), idle);
                _mapped[region] -= idle;
                Mapped -= idle;
                taken += idle;
            }
        }

        return taken;
    }

    public void Dispose()
    {
        Array.Clear(_used);
        Trim(long.MaxValue);
        _memory.Free(Start, _used.Length * _regionBytes);
    }
}
