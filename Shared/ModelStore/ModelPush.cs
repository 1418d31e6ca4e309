using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Win32.SafeHandles;
using Rill.ModelStore.Sources;
using Rill.ModelStore.Transfers;

namespace Rill.ModelStore;

/// <summary>Copies a local model into a folder of a blob container: the files first, the manifest that makes them a model last.</summary>
public sealed class ModelPush
{
    private const string HashName = "rill_sha256";

    private readonly string _directory;
    private readonly BlobAddress _address;
    private readonly ModelManifest _manifest;
    private readonly ModelStoreOptions _options;
    private readonly TransferProgress _progress;
    private readonly BlobContainerClient _container;
    private readonly CancellationToken _cancelled;

    private ModelPush(
        string directory, BlobAddress address, ModelManifest manifest, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        (_directory, _address, _manifest, _options, _progress, _cancelled) = (directory, address, manifest, options, progress, cancellationToken);
        _container = BlobSource.OpenContainer(address, options);
    }

    /// <summary>
    /// Pushes a model. Files that are there already stay; blocks of a push that was broken off are used, since a block's id holds the hash
    /// of its bytes. The container of a <c>blob://</c> address is made if it is missing.
    /// </summary>
    /// <param name="path">A directory, or a GGUF file.</param>
    /// <param name="address">Where it goes.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told of every chunk.</param>
    /// <param name="cancellationToken">Ends the push.</param>
    /// <exception cref="StoreException">There is no model, or the store does not take it.</exception>
    public static async Task<ModelManifest> RunAsync(
        string path, BlobAddress address, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        var manifest = await ManifestBuilder.BuildAsync(path, options.ChunkBytes, cancellationToken).ConfigureAwait(false);
        progress.Begin(manifest.TotalBytes);
        var push = new ModelPush(ManifestBuilder.DirectoryOf(path), address, manifest, options, progress, cancellationToken);
        if (address.Service is null)
        {
            await push.TryAsync("", () => push._container.CreateIfNotExistsAsync(cancellationToken: cancellationToken)).ConfigureAwait(false);
        }

        foreach (var file in manifest.Files)
        {
            await push.PushAsync(file).ConfigureAwait(false);
        }

        var last = push._container.GetBlobClient(address.BlobName(ModelManifest.FileName));
        await push.TryAsync(ModelManifest.FileName, () => last.UploadAsync(new BinaryData(manifest.ToJson()), overwrite: true, cancellationToken)).ConfigureAwait(false);
        return manifest;
    }

    private async Task PushAsync(ManifestFile file)
    {
        var blob = _container.GetBlockBlobClient(_address.BlobName(file.Name));
        if (await TryAsync(file.Name, () => HasAsync(blob, file)).ConfigureAwait(false))
        {
            _progress.AddResumed(file.Size);
            return;
        }

        var staged = await TryAsync(file.Name, () => StagedAsync(blob)).ConfigureAwait(false);
        var chunks = Chunk.Of(file, _manifest.ChunkBytes).ToList();
        _progress.AddResumed(chunks.Where(chunk => staged.Contains(BlockId(chunk))).Sum(chunk => (long)chunk.Length));
        using var content = File.OpenHandle(Path.Combine(_directory, file.Name), options: FileOptions.Asynchronous);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = _cancelled };
        await Parallel.ForEachAsync(chunks.Where(chunk => !staged.Contains(BlockId(chunk))), parallel, async (chunk, _) =>
        {
            var bytes = await ReadAsync(content, chunk).ConfigureAwait(false);
            await TryAsync(file.Name, () => blob.StageBlockAsync(BlockId(chunk), new MemoryStream(bytes, writable: false), cancellationToken: _cancelled)).ConfigureAwait(false);
            _progress.Add(chunk.Length);
        }).ConfigureAwait(false);
        var options = new CommitBlockListOptions { Metadata = new Dictionary<string, string> { [HashName] = file.Sha256! } };
        await TryAsync(file.Name, () => blob.CommitBlockListAsync(chunks.Select(BlockId), options, _cancelled)).ConfigureAwait(false);
    }

    /// <summary>All block ids of a blob must have one length.</summary>
    private static string BlockId(Chunk chunk) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{chunk.Index:D6}-{chunk.Length:D9}-{chunk.File.Chunks![chunk.Index][..24]}"));

    private async Task<bool> HasAsync(BlockBlobClient blob, ManifestFile file)
    {
        if (!await blob.ExistsAsync(_cancelled).ConfigureAwait(false))
        {
            return false;
        }

        var properties = (await blob.GetPropertiesAsync(cancellationToken: _cancelled).ConfigureAwait(false)).Value;
        return properties.ContentLength == file.Size && properties.Metadata.TryGetValue(HashName, out var hash) && hash == file.Sha256;
    }

    private async Task<HashSet<string>> StagedAsync(BlockBlobClient blob)
    {
        try
        {
            var list = await blob.GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: _cancelled).ConfigureAwait(false);
            return [.. list.Value.UncommittedBlocks.Select(block => block.Name)];
        }
        catch (Azure.RequestFailedException error) when (error.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return [];
        }
    }

    private async Task<byte[]> ReadAsync(SafeFileHandle content, Chunk chunk)
    {
        var bytes = new byte[chunk.Length];
        for (var filled = 0; filled < bytes.Length;)
        {
            var count = await RandomAccess.ReadAsync(content, bytes.AsMemory(filled), chunk.Offset + filled, _cancelled).ConfigureAwait(false);
            filled += count > 0 ? count : throw new StoreException(StoreFailure.Changed, $"{chunk.File.Name} became shorter while it was pushed.");
        }

        return bytes;
    }

    private Task<T> TryAsync<T>(string file, Func<Task<T>> attempt) => Retry.RunAsync(_options, _progress, async () =>
    {
        try
        {
            return await attempt().ConfigureAwait(false);
        }
        catch (Exception error) when (BlobErrors.Describe(error, _address, file, _cancelled) is { } known)
        {
            throw known;
        }
    }, _cancelled);
}
