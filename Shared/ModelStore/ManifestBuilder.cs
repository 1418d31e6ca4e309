using System.Security.Cryptography;
using Rill.ModelStore.Transfers;

namespace Rill.ModelStore;

/// <summary>Makes the manifest of a local model.</summary>
public static class ManifestBuilder
{
    /// <summary>Reads and hashes the files that make the model.</summary>
    /// <param name="path">A directory, or a GGUF file, to which nothing belongs but its further parts.</param>
    /// <param name="chunkBytes">Size of the chunks, each of which gets a hash.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="StoreException">The directory holds no model, or a file cannot be read.</exception>
    /// <exception cref="ModelFileException">A file must not be read.</exception>
    public static async Task<ModelManifest> BuildAsync(string path, int chunkBytes, CancellationToken cancellationToken)
    {
        if (!ModelFiles.IsThere(path))
        {
            throw new StoreException(StoreFailure.Missing, $"The directory or GGUF file {path} does not exist.");
        }

        var directory = DirectoryOf(path);
        try
        {
            using var source = new DirectoryFiles(directory);    // as they are: nothing is published that was made of others
            var files = new List<ManifestFile>();
            foreach (var name in await ChooseAsync(path, directory, source).ConfigureAwait(false))
            {
                files.Add(await ReadAsync(name, source.LocalPath(name)!, chunkBytes, cancellationToken).ConfigureAwait(false));
            }

            return new ModelManifest { ChunkBytes = chunkBytes, Files = files }.Checked();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Invalid, $"{path} cannot be read: {error.Message.TrimEnd('.')}.", error);
        }
    }

    /// <summary>The directory that holds a model's files.</summary>
    internal static string DirectoryOf(string path) =>
        ModelFiles.IsGgufFile(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;

    private static Task<IReadOnlyList<string>> ChooseAsync(string path, string directory, DirectoryFiles source)
    {
        var names = Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)!).Concat(ModelFileNames.Small.Where(source.Has));
        return ModelFiles.IsGgufFile(path)
            ? Task.FromResult(ModelFileChoice.ChooseGguf(names.ToHashSet(StringComparer.Ordinal), directory, [Path.GetFileName(path)]))
            : ModelFileChoice.ChooseAsync(names, directory, () => Task.FromResult(source.Read(ModelFileNames.WeightIndex)));
    }

    private static async Task<ManifestFile> ReadAsync(string name, string path, int chunkBytes, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var chunks = new List<string>();
        var buffer = new byte[Math.Min(chunkBytes, Math.Max(1, stream.Length))];
        for (int count; (count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            whole.AppendData(buffer.AsSpan(0, count));
            chunks.Add(FileHash.Hex(SHA256.HashData(buffer.AsSpan(0, count))));
        }

        return new ManifestFile { Name = name, Size = stream.Length, Sha256 = FileHash.Hex(whole.GetHashAndReset()), Chunks = chunks };
    }
}
