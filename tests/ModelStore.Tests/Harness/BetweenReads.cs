using Rill.ModelStore.Sources;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>A source before whose n-th read something happens, once.</summary>
internal sealed class BetweenReads(ModelSource inner, int before, Func<Task> action) : ModelSource
{
    private int _reads;

    public override ModelAddress Address => inner.Address;

    public int Reads => _reads;

    public int Manifests { get; private set; }

    public override async Task<ModelManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        Manifests++;
        var manifest = await inner.ReadManifestAsync(cancellationToken);
        Published = inner.Published;
        return manifest;
    }

    public override async Task ReadAsync(ManifestFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _reads) == before)
        {
            await action();
        }

        await inner.ReadAsync(file, offset, buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
