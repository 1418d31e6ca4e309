using System.Buffers.Binary;
using System.Text;

namespace Rill.Models.Gguf;

/// <summary>Reads a GGUF header's bytes one after the other, never beyond the file's end.</summary>
internal sealed unsafe class GgufCursor(byte* start, long length, string file)
{
    private const int MostTextBytes = 16 << 20;    // the longest published ones are chat templates of some 100 KB

    /// <summary>Bytes that have been read.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that have not.</summary>
    public long Remaining => length - Position;

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        var from = Position;
        Skip(count);
        return new(start + from, count);
    }

    /// <summary>Passes over bytes, and gives where they begin.</summary>
    public nint Skip(long count)
    {
        if (count < 0 || count > Remaining)
        {
            throw new ModelFormatException($"{file}: the header ends in the middle of an entry; the file is cut short, download it again.");
        }

        Position += count;
        return (nint)(start + Position - count);
    }

    /// <summary>A number of 4 bytes.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>A number of 8 bytes.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>A number of things that each take some bytes of the file.</summary>
    /// <param name="bytes">The fewest bytes that one takes.</param>
    public long Count(int bytes)
    {
        var count = UInt64();
        return count <= (ulong)(Remaining / bytes)
            ? (long)count
            : throw new ModelFormatException(
                $"{file}: the header counts {count} of something for which the file has no room; it is damaged, download it again.");
    }

    /// <summary>A text; bytes that are no UTF-8 become U+FFFD.</summary>
    public string Text()
    {
        var bytes = Count(1);
        return bytes <= MostTextBytes
            ? Encoding.UTF8.GetString(Take((int)bytes))
            : throw new ModelFormatException($"{file}: the header has a text of {bytes} bytes, but Rill reads at most {MostTextBytes}.");
    }

    /// <summary>Passes over a text.</summary>
    public void SkipText() => Skip(Count(1));
}
