using System.IO.Hashing;
using System.Runtime.InteropServices;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>
/// A hash that several threads compute together: XXH128 of each chunk of 4 MiB, and XXH128 of those. It finds damage; it does not stop
/// somebody who may write into the model's folder, and who might as well replace the model.
/// </summary>
/// <param name="length">Bytes to be hashed.</param>
internal sealed unsafe class ChunkedHash(long length)
{
    /// <summary>Bytes of a chunk; the last one may have fewer.</summary>
    public const int ChunkBytes = 4 * 1024 * 1024;

    private readonly byte[] _hashes = new byte[CountOf(length) * QuantizedFileHeader.HashBytes];

    /// <summary>Number of chunks.</summary>
    public int Count => CountOf(length);

    /// <summary>A chunk of the bytes from <paramref name="start"/> on.</summary>
    public ReadOnlySpan<byte> Chunk(byte* start, int chunk)
    {
        var offset = (long)chunk * ChunkBytes;
        return new(start + offset, (int)Math.Min(ChunkBytes, length - offset));
    }

    /// <summary>Hashes a chunk. Different chunks may be hashed by several threads.</summary>
    public void Add(int chunk, ReadOnlySpan<byte> bytes) => XxHash128.Hash(bytes, _hashes.AsSpan(chunk * QuantizedFileHeader.HashBytes));

    /// <summary>The hash of all chunks, once they were hashed, and of what is said beside them.</summary>
    public byte[] ToArray(RepackCount repacked) => XxHash128.Hash([.. _hashes, .. MemoryMarshal.AsBytes<RepackCount>(new(ref repacked))]);

    private static int CountOf(long length) => (int)((length + ChunkBytes - 1) / ChunkBytes);
}
