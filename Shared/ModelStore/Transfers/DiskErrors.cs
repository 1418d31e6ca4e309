namespace Rill.ModelStore.Transfers;

/// <summary>What the local disk's failures mean.</summary>
internal static class DiskErrors
{
    private const int NoSpace = 28;
    private const int OverQuota = 122;
    private const int WindowsDiskFull = 0x70;

    /// <summary>The failure as one sentence.</summary>
    public static StoreException Describe(Exception error, string path) => (error.HResult & 0xFFFF) is NoSpace or OverQuota or WindowsDiskFull
        ? new(StoreFailure.NoRoom, $"The disk of {path} is full; make room, or choose another directory.", error)
        : new(StoreFailure.NoRoom, $"{path} cannot be written: {error.Message.TrimEnd('.')}.", error);
}
