namespace Rill.Torch.Cache;

/// <summary>How slots lie in a device's pages.</summary>
internal static class DeviceRows
{
    /// <summary>
    /// Rows from one slot to the next, each row being all that a token keeps: no fewer than the context, and such that every slot begins both
    /// with a row and with a page. What lies between is addresses, not memory.
    /// </summary>
    public static long OfSlot(KeyValueLayout layout, long pageBytes)
    {
        var step = pageBytes / GreatestCommonDivisor(layout.TokenBytes, pageBytes);    // rows that fill whole pages
        return (layout.ContextLength + step - 1) / step * step;
    }

    /// <summary>Rounds up to whole pages.</summary>
    public static long WholePages(long bytes, long pageBytes) => (bytes + pageBytes - 1) / pageBytes * pageBytes;

    private static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
