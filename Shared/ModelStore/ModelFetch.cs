using Rill.Models;
using Rill.Models.Gguf;
using Rill.Models.Packed;
using Rill.ModelStore.Sources;
using Rill.ModelStore.Transfers;

namespace Rill.ModelStore;

/// <summary>
/// Fetches a remote model straight into the memory that its tensors will use, or through a cache directory. What is given out is complete
/// and has the hashes of its manifest; a failure leaves nothing behind.
/// </summary>
public static class ModelFetch
{
    /// <summary>Fetches a model.</summary>
    /// <param name="address">Where it lies; not a directory.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told of every chunk.</param>
    /// <param name="inspect">
    /// Called with the small files (configuration, tokenizer, template) while the weights are still on their way, or of a GGUF file, which
    /// holds these, behind them; and again when a load begins again. Its failure ends the load.
    /// </param>
    /// <param name="cancellationToken">Ends the load.</param>
    /// <returns>The files, which the caller disposes when the model is not used any more.</returns>
    /// <exception cref="StoreException">The model cannot be had; the message says why.</exception>
    public static async Task<ModelFiles> RunAsync(
        ModelAddress address, ModelStoreOptions options, TransferProgress progress, Func<ModelFiles, Task> inspect, CancellationToken cancellationToken)
    {
        using var source = ModelSource.Open(address, options);
        return await RunAsync(source, options, progress, inspect, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// As <see cref="RunAsync(ModelAddress, ModelStoreOptions, TransferProgress, Func{ModelFiles, Task}, CancellationToken)"/>, for a reader that
    /// takes each weight once, in the order of the files: it gives the files out when the small ones are there, and holds no more of the weights
    /// than <see cref="ModelStoreOptions.WindowMiB"/>. A failure from then on reaches whoever reads, and nothing begins again. Whole models come
    /// where that cannot be: through a cache directory, of GGUF files, and of packed formats that are read here and there to be understood.
    /// </summary>
    /// <exception cref="StoreException">The model cannot be had; the message says why.</exception>
    /// <exception cref="ModelFormatException">The weights are packed in a way that is not read.</exception>
    public static async Task<ModelFiles> StreamAsync(
        ModelAddress address, ModelStoreOptions options, TransferProgress progress, Func<ModelFiles, Task> inspect, CancellationToken cancellationToken)
    {
        var source = ModelSource.Open(address, options);
        ModelFiles? streamed = null;
        try
        {
            streamed = await StreamAsync(source, options, progress, inspect, cancellationToken).ConfigureAwait(false);
            return streamed ?? await RunAsync(source, options, progress, inspect, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (streamed is null)
            {
                source.Dispose();
            }
        }
    }

    /// <summary>The files, with which the source is disposed; null where the weights cannot be read as they arrive.</summary>
    internal static async Task<ModelFiles?> StreamAsync(
        ModelSource source, ModelStoreOptions options, TransferProgress progress, Func<ModelFiles, Task> inspect, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || options.CacheDirectory is { Length: > 0 })
        {
            return null;
        }

        var manifest = await Retry.RunAsync(options, progress, () => source.ReadManifestAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        progress.Begin(manifest.TotalBytes);
        var files = new MemoryFiles(source);
        try
        {
            var reader = new ChunkReader(source, options, progress);
            var small = manifest.Files.Where(file => !file.IsWeights).ToList();
            small.ForEach(file => files.Allocate(file));
            await new MemoryFilling(reader, files, manifest.ChunkBytes).RunAsync(small, cancellationToken).ConfigureAwait(false);
            var weights = manifest.Files.Where(file => file.IsWeights).OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
            if (weights.Exists(file => GgufNames.Is(file.Name)) || !PackedFormats.MayArrive(ModelConfig.Load(files)))
            {
                return null;
            }

            var flow = new ChunkFlow(reader, manifest.ChunkBytes, options.Parallelism, (long)options.WindowMiB << 20, source);
            weights.ForEach(file => files.Allocate(file, flow));
            flow.Start(cancellationToken);
            await inspect(files).ConfigureAwait(false);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    internal static async Task<ModelFiles> RunAsync(
        ModelSource source, ModelStoreOptions options, TransferProgress progress, Func<ModelFiles, Task> inspect, CancellationToken cancellationToken)
    {
        for (var restarts = 0; ; restarts++)
        {
            try
            {
                return options.CacheDirectory is { Length: > 0 } cache
                    ? await FromCacheAsync(cache, source, options, progress, inspect, cancellationToken).ConfigureAwait(false)
                    : await ToMemoryAsync(source, options, progress, inspect, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException error) when (MayRestart(error.Failure, restarts, options))
            {
                progress.Retried(error);
                await Task.Delay(Retry.Pause(options, restarts + 3), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A replaced model is read anew; a damaged one too, once: its chunks were already read three times.</summary>
    private static bool MayRestart(StoreFailure failure, int restarts, ModelStoreOptions options) =>
        failure == StoreFailure.Changed ? restarts < options.Restarts : failure == StoreFailure.Corrupt && restarts < Math.Min(1, options.Restarts);

    private static async Task<ModelFiles> ToMemoryAsync(
        ModelSource source, ModelStoreOptions options, TransferProgress progress, Func<ModelFiles, Task> inspect, CancellationToken cancellationToken)
    {
        var manifest = await Retry.RunAsync(options, progress, () => source.ReadManifestAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        progress.Begin(manifest.TotalBytes);
        var files = new MemoryFiles(source);
        try
        {
            foreach (var file in manifest.Files)
            {
                files.Allocate(file);
            }

            var filling = new MemoryFilling(new ChunkReader(source, options, progress), files, manifest.ChunkBytes);
            await filling.RunAsync(manifest.Files.Where(file => !file.IsWeights), cancellationToken).ConfigureAwait(false);
            var model = files.AsModel();
            if (model != files)
            {
                // Configuration and tokenizer stand in the weights' file, the whole of which must be there first.
                await filling.RunAsync(manifest.Files.Where(file => file.IsWeights), cancellationToken).ConfigureAwait(false);
                await inspect(model).ConfigureAwait(false);
                return model;
            }

            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await AllAsync(both, filling.RunAsync(manifest.Files.Where(file => file.IsWeights), both.Token), InspectAsync(inspect, files)).ConfigureAwait(false);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>A refusal that is thrown at once is a failed task, too: nothing may end before the reads, whose memory it is.</summary>
    private static async Task InspectAsync(Func<ModelFiles, Task> inspect, ModelFiles files) => await inspect(files).ConfigureAwait(false);

    private static async Task<ModelFiles> FromCacheAsync(
        string cache, ModelSource source, ModelStoreOptions options, TransferProgress progress, Func<ModelFiles, Task> inspect, CancellationToken cancellationToken)
    {
        var directory = await ModelCache.FillAsync(cache, source, options, progress, cancellationToken).ConfigureAwait(false);
        var files = ModelFiles.InDirectory(directory);
        await inspect(files).ConfigureAwait(false);
        return files;
    }

    /// <summary>Waits for both; the failure of one ends the other, and is the one that is thrown.</summary>
    private static async Task AllAsync(CancellationTokenSource source, Task first, Task second)
    {
        var ended = await Task.WhenAny(first, second).ConfigureAwait(false);
        if (!ended.IsCompletedSuccessfully)
        {
            await source.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAny(Task.WhenAll(first, second)).ConfigureAwait(false);
        await ended.ConfigureAwait(false);
        await first.ConfigureAwait(false);
        await second.ConfigureAwait(false);
    }
}
