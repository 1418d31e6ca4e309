using System.Security.Cryptography;

namespace Rill.ModelStore.Transfers;

/// <summary>
/// The hash of a file whose chunks do not stay: each is hashed in order with the file and alone, and one that comes a second time must be what
/// it was.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="described">How an error names it.</param>
/// <param name="chunkCount">Its number of chunks.</param>
internal sealed class ArrivingHash(ManifestFile file, string described, int chunkCount) : IDisposable
{
    private readonly OrderedHash _whole = new(file, chunkCount);
    private readonly byte[]?[] _chunks = new byte[]?[chunkCount];

    /// <summary>How many chunks, from the first on, the file's hash has seen.</summary>
    public int Front => _whole.Front;

    /// <summary>Takes a chunk, which stays where it is until <see cref="Front"/> is beyond it.</summary>
    /// <exception cref="StoreException">It is not what it was, or the file, complete with it, does not have its hash.</exception>
    public void Add(int index, Memory<byte> bytes)
    {
        var hash = SHA256.HashData(bytes.Span);
        var isRight = _chunks[index] is { } former ? hash.AsSpan().SequenceEqual(former) : IsNew();
        if (!isRight)
        {
            throw new StoreException(StoreFailure.Corrupt, FileHash.Damaged(described));
        }

        bool IsNew()
        {
            _chunks[index] = hash;
            return _whole.Add(index, bytes);
        }
    }

    public void Dispose() => _whole.Dispose();
}
