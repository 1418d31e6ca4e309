using Rill.Torch.Native;

namespace Rill.Torch.Cache;

/// <summary>
/// The memory behind keys and values on a device: of each slot as far as its sequence reaches, and of the cached blocks. Together they take no
/// more than was agreed; where they would, what released slots left behind is taken back first, then what lies between cached blocks.
/// </summary>
internal sealed class DevicePages
{
    private readonly DeviceRegions _slots;
    private readonly Func<DeviceRegions?> _blocks;
    private readonly Action _closeRanks;

    /// <param name="slots">A region for each slot.</param>
    /// <param name="blocks">One region for all cached blocks, once there is one.</param>
    /// <param name="closeRanks">Moves cached blocks together and says what of their region is used then.</param>
    public DevicePages(DeviceRegions slots, Func<DeviceRegions?> blocks, Action closeRanks) =>
        (_slots, _blocks, _closeRanks) = (slots, blocks, closeRanks);

    /// <summary>Bytes that slots and blocks may take together.</summary>
    public long Most { get; set; } = long.MaxValue;

    /// <summary>Bytes that they take.</summary>
    public long Mapped => _slots.Mapped + (_blocks()?.Mapped ?? 0);

    /// <summary>Puts memory behind the beginning of a region.</summary>
    /// <exception cref="InsufficientMemoryException">
    /// There is none: the accounts of memory do not allow it, or the device has less than they say. What lay there before stays.
    /// </exception>
    public void Use(DeviceRegions regions, int region, long bytes)
    {
        var before = regions.UsedBy(region);
        var missing = regions.Use(region, bytes);
        if (missing == 0)
        {
            return;
        }

        try
        {
            Trim(missing);
            MapOrTrim(regions, region);
        }
        catch (Exception failure) when (failure is DeviceMemoryException or InsufficientMemoryException)
        {
            regions.Use(region, before);
            throw failure as InsufficientMemoryException ?? Short(failure.Message);
        }
    }

    private static InsufficientMemoryException Short(string reason) => new(
        $"The device has no more memory for keys and values ({reason}); lower Rill__KvCacheMiB, Rill__ContextLength or the number of sequences.");

    private void MapOrTrim(DeviceRegions regions, int region)
    {
        try
        {
            regions.Map(region);
        }
        catch (DeviceMemoryException) when (TrimAll() > 0)
        {
            regions.Map(region);
        }
    }

    private void Trim(long missing)
    {
        var excess = Mapped - (Most - missing);
        if (excess <= 0)
        {
            return;
        }

        excess -= _slots.Trim(excess);
        if (excess > 0)
        {
            excess -= TrimAll();
        }

        if (excess > 0)
        {
            throw Short($"{Most >> 20} MiB are in use");
        }
    }

    /// <summary>Takes back all that nobody uses; returns bytes.</summary>
    private long TrimAll()
    {
        _closeRanks();
        return _slots.Trim(long.MaxValue) + (_blocks()?.Trim(long.MaxValue) ?? 0);
    }
}
