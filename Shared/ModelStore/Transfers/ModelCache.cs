using System.Security.Cryptography;
using Rill.ModelStore.Sources;

namespace Rill.ModelStore.Transfers;

/// <summary>Keeps remote models in directories named by their manifest, so that another version is another directory.</summary>
internal static class ModelCache
{
    /// <summary>The directory of the model, complete and checked; fetched first if it is not there.</summary>
    /// <exception cref="StoreException">It cannot be had; then nothing is left behind.</exception>
    public static async Task<string> FillAsync(
        string cache, ModelSource source, ModelStoreOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        var manifest = await Retry.RunAsync(options, progress, () => source.ReadManifestAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        progress.Begin(manifest.TotalBytes);
        var name = $"{source.Address.Name}-{FileHash.Hex(SHA256.HashData(manifest.ToJson()))[..16]}";
        var directory = Path.Combine(Path.GetFullPath(cache), name);
        if (Directory.Exists(directory))
        {
            if (await IsWholeAsync(directory, manifest, progress, cancellationToken).ConfigureAwait(false))
            {
                return directory;
            }

            Directory.Delete(directory, recursive: true);
            progress.Begin(manifest.TotalBytes);
        }

        // A folder of this process's own: others may fill the same cache.
        var partial = Path.Combine(Path.GetFullPath(cache), $".{name}.{Environment.ProcessId}.partial");
        try
        {
            await ModelPull.FillAsync(source, manifest, partial, options, progress, cancellationToken).ConfigureAwait(false);
            Move(partial, directory);
            return directory;
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }

    private static void Move(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
        }
        catch (IOException) when (Directory.Exists(to))
        {
            // Another process was faster with the same, checked files.
        }
    }

    private static async Task<bool> IsWholeAsync(string directory, ModelManifest manifest, TransferProgress progress, CancellationToken cancellationToken)
    {
        foreach (var file in manifest.Files)
        {
            if (!await FileHash.MatchesAsync(Path.Combine(directory, file.Name), file, progress.AddResumed, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
