using Rill.Models.Gguf;
using Rill.ModelStore.Sources;

namespace Rill.ModelStore;

/// <summary>Finds the models of a directory or of a container.</summary>
public static class ModelListing
{
    /// <summary>
    /// The models at and below an address, by their addresses: directories with a config.json or a GGUF file, or folders of blobs with a manifest.
    /// </summary>
    /// <exception cref="StoreException">The address is a hub's, or cannot be read.</exception>
    public static async Task<IReadOnlyList<ModelAddress>> FindAsync(ModelAddress address, ModelStoreOptions options, CancellationToken cancellationToken) => address switch
    {
        DirectoryAddress directory => FindDirectories(directory.Path),
        BlobAddress blob => await FindBlobsAsync(blob, options, cancellationToken).ConfigureAwait(false),
        _ => [address],
    };

    private static List<ModelAddress> FindDirectories(string path) => Directory.Exists(path)
        ? [.. Directory.EnumerateDirectories(path).Append(path).Order(StringComparer.Ordinal).SelectMany(ModelsIn)
            .Select(model => new DirectoryAddress(model))]
        : throw new StoreException(StoreFailure.Missing, $"The directory {path} does not exist.");

    /// <summary>The folder where it is one model; of several GGUF files each.</summary>
    private static IEnumerable<string> ModelsIn(string folder)
    {
        var files = GgufNames.Models(Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)));
        return files.Count > 1 ? files.Select(file => Path.Combine(folder, file))
            : files.Count == 1 || File.Exists(Path.Combine(folder, ModelFileNames.Config)) ? [folder]
            : [];
    }

    private static async Task<List<ModelAddress>> FindBlobsAsync(BlobAddress address, ModelStoreOptions options, CancellationToken cancellationToken)
    {
        const string manifest = "/" + ModelManifest.FileName;
        try
        {
            var found = new List<ModelAddress>();
            var container = BlobSource.OpenContainer(address, options);
            var prefix = address.Path.Length == 0 ? null : address.Path + "/";
            await foreach (var blob in container.GetBlobsAsync(prefix: prefix, traits: default, states: default, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                if (("/" + blob.Name).EndsWith(manifest, StringComparison.Ordinal))
                {
                    found.Add(address with { Path = ("/" + blob.Name)[..^manifest.Length].TrimStart('/') });
                }
            }

            return found;
        }
        catch (Exception error) when (BlobErrors.Describe(error, address, "", cancellationToken) is { } known)
        {
            throw known;
        }
    }
}
