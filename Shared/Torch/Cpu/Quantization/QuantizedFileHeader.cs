using System.Runtime.InteropServices;
using System.Text;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>
/// The header of a file of quantized weights: all of it but the hash and some counts follows from the model, the format and this version of
/// Rill, so it is compared with what it has to be, byte by byte, and never interpreted. Little-endian:
/// <code>
/// 0   8 bytes    "RILLQNT\n"
/// 8   int32      version of the header
/// 12  int32      version of the matrices' layout
/// 16  32 bytes   the source: SHA-256 over what identifies config and weights
/// 48  16 bytes   hash of all that follows the header, and of the 24 bytes behind this hash
/// 64  3 int64    what became of packed weights, see RepackCount
/// 88  int64      bytes of the header, a multiple of 4096: what follows it begins at a page
///     int64      bytes that follow it: the matrices
///     int32      number of matrices; for each: name (length-prefixed UTF-8), format (byte), outputs, inner (int32), offset (int64)
///     zeros to the header's end
/// </code>
/// </summary>
internal static class QuantizedFileHeader
{
    /// <summary>Bytes of the hash.</summary>
    public const int HashBytes = 16;

    private const int Version = 2;
    private const int VersionsAt = 8;
    private const int SourceAt = 16;
    private const int HashAt = 48;
    private const int CountsAt = 64;
    private const int TableAt = 88;
    private const int Page = 4096;

    /// <summary>Writes a header.</summary>
    /// <param name="table">The matrices.</param>
    /// <param name="source">Identifies what they are made from, 32 bytes.</param>
    /// <param name="repacked">What became of packed weights.</param>
    /// <param name="hash">The matrices' hash.</param>
    public static byte[] Write(QuantizedTable table, ReadOnlySpan<byte> source, RepackCount repacked, ReadOnlySpan<byte> hash)
    {
        using var matrices = new MemoryStream();
        using var writer = new BinaryWriter(matrices, Encoding.UTF8);
        writer.Write(table.ByteCount);
        writer.Write(table.Entries.Count);
        foreach (var entry in table.Entries)
        {
            writer.Write(entry.Name);
            writer.Write((byte)entry.Format);
            writer.Write(entry.Outputs);
            writer.Write(entry.Inner);
            writer.Write(entry.Offset);
        }

        var header = new byte[(TableAt + sizeof(long) + matrices.Length + Page - 1) / Page * Page];
        "RILLQNT\n"u8.CopyTo(header);
        BitConverter.TryWriteBytes(header.AsSpan(VersionsAt), Version);
        BitConverter.TryWriteBytes(header.AsSpan(VersionsAt + sizeof(int)), QuantizedMatrix.LayoutVersion);
        source.CopyTo(header.AsSpan(SourceAt));
        hash.CopyTo(header.AsSpan(HashAt));
        MemoryMarshal.Write(header.AsSpan(CountsAt), repacked);
        BitConverter.TryWriteBytes(header.AsSpan(TableAt), (long)header.Length);
        matrices.ToArray().CopyTo(header.AsSpan(TableAt + sizeof(long)));
        return header;
    }

    /// <summary>The hash that a header names.</summary>
    public static ReadOnlySpan<byte> HashOf(ReadOnlySpan<byte> header) => header.Slice(HashAt, HashBytes);

    /// <summary>What a header says of packed weights.</summary>
    public static RepackCount RepackedOf(ReadOnlySpan<byte> header) => MemoryMarshal.Read<RepackCount>(header[CountsAt..]);

    /// <summary>What is wrong with a file's begin: null when nothing is.</summary>
    /// <param name="file">The first bytes, at least as many as <paramref name="expected"/>.</param>
    /// <param name="expected">The header as it has to be, with any hash.</param>
    public static string? Compare(ReadOnlySpan<byte> file, ReadOnlySpan<byte> expected) =>
        !Same(file, expected, 0, VersionsAt) ? "it is no file of quantized weights"
        : !Same(file, expected, VersionsAt, SourceAt) ? "another version of Rill has written it"
        : !Same(file, expected, SourceAt, HashAt) ? "it was made from other weights, or they have been written since"
        : !Same(file, expected, TableAt, expected.Length) ? "its table is damaged"
        : null;

    private static bool Same(ReadOnlySpan<byte> file, ReadOnlySpan<byte> expected, int from, int to) => file[from..to].SequenceEqual(expected[from..to]);
}
