using System.Buffers;
using Rill.ModelStore.Sources;
using Rill.ModelStore.Transfers;

namespace Rill.ModelStore;

/// <summary>Copies a remote model into a directory.</summary>
public static class ModelPull
{
    /// <summary>
    /// Pulls a model, going on where an earlier pull was broken off. Files get their names only when all of them are there and have their
    /// hashes; a manifest is laid beside them. A full disk or a wrong hash leaves nothing partial behind.
    /// </summary>
    /// <exception cref="StoreException">The model cannot be had, or the disk does not take it.</exception>
    public static async Task<ModelManifest> RunAsync(
        ModelAddress address, string directory, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        using var source = ModelSource.Open(address, options);
        var manifest = await Retry.RunAsync(options, progress, () => source.ReadManifestAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        progress.Begin(manifest.TotalBytes);
        await FillAsync(source, manifest, directory, options, progress, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    internal static async Task FillAsync(
        ModelSource source, ModelManifest manifest, string directory, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        var partials = new List<PartialFile>();
        try
        {
            Directory.CreateDirectory(directory);
            foreach (var file in manifest.Files)
            {
                if (!await FileHash.MatchesAsync(Path.Combine(directory, file.Name), file, null, cancellationToken).ConfigureAwait(false))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(directory, file.Name))!);
                    partials.Add(new PartialFile(directory, file, manifest.ChunkBytes));
                }
                else
                {
                    progress.AddResumed(file.Size);
                }
            }

            await ReadMissingAsync(new ChunkReader(source, options, progress), partials, manifest.ChunkBytes, progress, cancellationToken).ConfigureAwait(false);
            await CheckAsync(partials, cancellationToken).ConfigureAwait(false);
            Publish(directory, manifest, partials);
        }
        catch (Exception error)
        {
            var failure = error is IOException or UnauthorizedAccessException ? DiskErrors.Describe(error, directory) : error;
            if (failure is StoreException { Failure: StoreFailure.NoRoom or StoreFailure.Corrupt or StoreFailure.Changed })
            {
                partials.ForEach(partial => partial.Delete());
            }

            if (failure != error)
            {
                throw failure;
            }

            throw;
        }
        finally
        {
            partials.ForEach(partial => partial.Dispose());
        }
    }

    private static Task ReadMissingAsync(
        ChunkReader reader, List<PartialFile> partials, int chunkBytes, TransferProgress progress, CancellationToken cancellationToken)
    {
        var byName = partials.ToDictionary(partial => partial.File.Name, StringComparer.Ordinal);
        var chunks = partials.SelectMany(partial => Chunk.Of(partial.File, chunkBytes)).ToList();
        progress.AddResumed(chunks.Where(chunk => byName[chunk.File.Name].Has(chunk)).Sum(chunk => (long)chunk.Length));
        var missing = chunks.Where(chunk => !byName[chunk.File.Name].Has(chunk));
        return reader.ReadAsync(
            missing,
            chunk => ArrayPool<byte>.Shared.Rent(chunk.Length).AsMemory(0, chunk.Length),
            async (chunk, bytes, token) =>
            {
                await byName[chunk.File.Name].WriteAsync(chunk, bytes, token).ConfigureAwait(false);
                if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(bytes, out var segment))
                {
                    ArrayPool<byte>.Shared.Return(segment.Array!);
                }
            },
            cancellationToken);
    }

    /// <summary>Reads each file once more: what the disk holds counts, chunks of earlier pulls included.</summary>
    private static async Task CheckAsync(List<PartialFile> partials, CancellationToken cancellationToken)
    {
        foreach (var partial in partials)
        {
            partial.Dispose();
            if (!await FileHash.MatchesAsync(partial.Path, partial.File, null, cancellationToken).ConfigureAwait(false))
            {
                throw new StoreException(StoreFailure.Corrupt, FileHash.Damaged(partial.File.Name));
            }
        }
    }

    private static void Publish(string directory, ModelManifest manifest, List<PartialFile> partials)
    {
        // While the files change the directory has no manifest, so that `verify` does not take a mixture for a model.
        var manifestPath = Path.Combine(directory, ModelManifest.FileName);
        File.Delete(manifestPath);
        partials.ForEach(partial => partial.Publish(Path.Combine(directory, partial.File.Name)));
        File.WriteAllBytes(manifestPath, manifest.ToJson());
    }
}
