namespace Rill.Torch.Native;

/// <summary>Addresses of one device, and pages of its memory behind parts of them. Called by one thread at a time.</summary>
internal interface IDeviceMemory
{
    /// <summary>Bytes of a page; every address and size below is a multiple of it.</summary>
    long PageBytes { get; }

    /// <summary>Bytes of the device's memory that it holds, mapped or kept to be mapped again.</summary>
    long TakenBytes { get; }

    /// <summary>Takes addresses, without memory behind them: whoever reads or writes there faults.</summary>
    /// <exception cref="DeviceMemoryException">The device gives none.</exception>
    nint Reserve(long bytes);

    /// <summary>Gives addresses back, behind which no memory lies any more.</summary>
    void Free(nint start, long bytes);

    /// <summary>Puts memory, of any content, behind addresses that have none. On failure there is none of it.</summary>
    /// <exception cref="DeviceMemoryException">The device gives none.</exception>
    void Map(nint start, long bytes);

    /// <summary>Takes the memory behind addresses away, when the device has done all that was queued: it may be using it.</summary>
    void Unmap(nint start, long bytes);
}

/// <summary>Why a device gives no memory or no addresses: a phrase for a sentence.</summary>
internal sealed class DeviceMemoryException(string reason) : Exception(reason);
