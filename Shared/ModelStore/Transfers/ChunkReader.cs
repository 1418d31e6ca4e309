using System.Security.Cryptography;
using Rill.ModelStore.Sources;

namespace Rill.ModelStore.Transfers;

/// <summary>Reads chunks in parallel and checks those that have a hash of their own as they arrive.</summary>
internal sealed class ChunkReader(ModelSource source, ModelStoreOptions options, TransferProgress progress)
{
    /// <summary>Reads all chunks, each into what <paramref name="lend"/> gives for it; <paramref name="done"/> gets it back, filled.</summary>
    /// <exception cref="StoreException">One could not be read; the others are cancelled.</exception>
    public Task ReadAsync(
        IEnumerable<Chunk> chunks, Func<Chunk, Memory<byte>> lend, Func<Chunk, Memory<byte>, CancellationToken, ValueTask> done, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(chunks, parallel, async (chunk, token) =>
        {
            var buffer = lend(chunk);
            await ReadAsync(chunk, buffer, token).ConfigureAwait(false);
            await done(chunk, buffer, token).ConfigureAwait(false);
        });
    }

    /// <summary>Reads one chunk.</summary>
    /// <exception cref="StoreException">It could not be read.</exception>
    public async Task ReadAsync(Chunk chunk, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await Retry.RunAsync(options, progress, () => ReadOnceAsync(chunk, buffer, cancellationToken), cancellationToken).ConfigureAwait(false);
        progress.Add(chunk.Length);
    }

    private async Task<bool> ReadOnceAsync(Chunk chunk, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await source.ReadAsync(chunk.File, chunk.Offset, buffer, cancellationToken).ConfigureAwait(false);
        return chunk.File.Chunks is not { } hashes || FileHash.Hex(SHA256.HashData(buffer.Span)) == hashes[chunk.Index]
            ? true
            : throw new StoreException(StoreFailure.Corrupt, FileHash.Damaged(source.Describe(chunk.File.Name)));
    }
}
