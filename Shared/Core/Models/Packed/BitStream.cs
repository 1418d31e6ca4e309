namespace Rill.Models.Packed;

/// <summary>Numbers of 1 to 8 bits that follow one another from the lowest bit of the first byte on, across the borders of bytes.</summary>
internal static class BitStream
{
    /// <summary>The number at an index.</summary>
    public static int At(ReadOnlySpan<byte> stream, long index, int bits)
    {
        var (at, shift) = ((int)(index * bits / 8), (int)(index * bits % 8));
        var window = shift + bits > 8 ? stream[at] | (stream[at + 1] << 8) : stream[at];
        return (window >> shift) & ((1 << bits) - 1);
    }
}
