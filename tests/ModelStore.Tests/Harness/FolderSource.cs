using Rill.ModelStore.Sources;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>A store that holds one folder, with a hash for each chunk or for whole files, and counts what is read.</summary>
internal sealed class FolderSource(string folder, int chunkBytes, bool chunkHashes) : ModelSource
{
    private int _reads;

    public override ModelAddress Address { get; } = ModelAddress.Parse("hf://org/tiny");

    /// <summary>Chunks of weights that were asked for.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Called with the bytes of a chunk of weights before they are given out: its file, its first byte.</summary>
    public Action<string, long, Memory<byte>> Given { get; set; } = static (_, _, _) => { };

    public bool IsDisposed { get; private set; }

    public override async Task<ModelManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        var manifest = await ManifestBuilder.BuildAsync(folder, chunkBytes, cancellationToken);
        return chunkHashes ? manifest : manifest with { Files = [.. manifest.Files.Select(file => file with { Chunks = null })] };
    }

    public override async Task ReadAsync(ManifestFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(Path.Combine(folder, file.Name), FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
        stream.Position = offset;
        await stream.ReadExactlyAsync(buffer, cancellationToken);
        if (file.IsWeights)
        {
            Interlocked.Increment(ref _reads);
            Given(file.Name, offset, buffer);
        }
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
