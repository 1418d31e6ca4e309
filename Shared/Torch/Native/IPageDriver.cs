namespace Rill.Torch.Native;

/// <summary>A driver's calls for virtual memory on one device. All fail with a <see cref="DeviceMemoryException"/>.</summary>
internal interface IPageDriver
{
    /// <summary>The unit in which memory is mapped, in bytes.</summary>
    long Granularity();

    /// <summary>Takes addresses.</summary>
    nint Reserve(long bytes);

    /// <summary>Gives addresses back.</summary>
    void Free(nint start, long bytes);

    /// <summary>Takes memory, without an address.</summary>
    ulong Create(long bytes);

    /// <summary>Gives memory back.</summary>
    void Release(ulong handle);

    /// <summary>Puts memory behind addresses; nobody may use them before <see cref="Open"/>.</summary>
    void Map(nint start, long bytes, ulong handle);

    /// <summary>Lets the device read and write what is mapped.</summary>
    void Open(nint start, long bytes);

    /// <summary>Takes the memory behind addresses away.</summary>
    void Unmap(nint start, long bytes);

    /// <summary>Waits until the device has done all that was queued.</summary>
    void Synchronize();
}
