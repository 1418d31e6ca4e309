namespace Rill.ModelStore.Transfers;

/// <summary>Fills <see cref="MemoryFiles"/> from chunks; files whose chunks have no hashes are hashed in order behind them.</summary>
internal sealed class MemoryFilling(ChunkReader reader, MemoryFiles files, int chunkBytes)
{
    /// <summary>Fills these files.</summary>
    /// <exception cref="StoreException">One cannot be read, or has the wrong hash.</exception>
    public async Task RunAsync(IEnumerable<ManifestFile> wanted, CancellationToken cancellationToken)
    {
        var list = wanted.ToList();
        var hashes = list.Where(file => file.Chunks is null).ToDictionary(
            file => file.Name, file => new OrderedHash(file, (int)((file.Size + chunkBytes - 1) / chunkBytes)), StringComparer.Ordinal);
        try
        {
            await reader.ReadAsync(list.SelectMany(file => Chunk.Of(file, chunkBytes)), files.Slice, (chunk, bytes, _) => Check(hashes, chunk, bytes), cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            foreach (var hash in hashes.Values)
            {
                hash.Dispose();
            }
        }
    }

    private ValueTask Check(Dictionary<string, OrderedHash> hashes, Chunk chunk, Memory<byte> bytes) =>
        !hashes.TryGetValue(chunk.File.Name, out var hash) || hash.Add(chunk.Index, bytes)
            ? ValueTask.CompletedTask
            : throw new StoreException(StoreFailure.Corrupt, FileHash.Damaged(files.Describe(chunk.File.Name)));
}
