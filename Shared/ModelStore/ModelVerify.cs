using Rill.ModelStore.Sources;
using Rill.ModelStore.Transfers;

namespace Rill.ModelStore;

/// <summary>Reads all of a model and compares it with its manifest.</summary>
public static class ModelVerify
{
    /// <summary>Checks a directory against the manifest that a pull has laid there, or against that of a remote model.</summary>
    /// <returns>The names of the files that are missing or differ.</returns>
    /// <exception cref="StoreException">There is no manifest.</exception>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public static async Task<IReadOnlyList<string>> DirectoryAsync(
        string directory, ModelAddress? against, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        var manifest = against is null ? ReadManifest(directory) : await ReadManifestAsync(against, options, progress, cancellationToken).ConfigureAwait(false);
        progress.Begin(manifest.TotalBytes);
        var wrong = new List<string>();
        foreach (var file in manifest.Files)
        {
            if (!await FileHash.MatchesAsync(Path.Combine(directory, file.Name), file, progress.Add, cancellationToken).ConfigureAwait(false))
            {
                wrong.Add(file.Name);
            }
        }

        return wrong;
    }

    /// <summary>Reads all of a remote model, through memory as a load does.</summary>
    /// <exception cref="StoreException">It cannot be read, or a file differs.</exception>
    public static async Task RemoteAsync(ModelAddress address, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        using var files = await ModelFetch.RunAsync(
            address, options with { CacheDirectory = null }, progress, _ => Task.CompletedTask, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The manifest of a remote model.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static async Task<ModelManifest> ReadManifestAsync(
        ModelAddress address, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        using var source = ModelSource.Open(address, options);
        return await Retry.RunAsync(options, progress, () => source.ReadManifestAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static unsafe ModelManifest ReadManifest(string directory)
    {
        var path = Path.Combine(directory, ModelManifest.FileName);
        if (!File.Exists(path))
        {
            throw new StoreException(StoreFailure.Missing, $"{path} does not exist; name the model's store with --against, or pull the model with `rill models pull`.");
        }

        using var file = new MappedFile(path);    // which opens neither a pipe nor a device
        ModelManifest.CheckSize(file.Length, path);
        return ModelManifest.Parse(new ReadOnlySpan<byte>(file.Start, (int)file.Length));
    }
}
