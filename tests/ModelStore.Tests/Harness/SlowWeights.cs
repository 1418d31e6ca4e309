using Rill.ModelStore.Sources;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>A source whose weights take their time, and do not hear that nobody wants them any more.</summary>
internal sealed class SlowWeights(ModelSource inner) : ModelSource
{
    private int _begun;
    private int _ended;

    public override ModelAddress Address => inner.Address;

    /// <summary>Reads of weights that have begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Those of them that write to their buffer no more.</summary>
    public int Ended => Volatile.Read(ref _ended);

    public override async Task<ModelManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        var manifest = await inner.ReadManifestAsync(cancellationToken);
        Published = inner.Published;
        return manifest;
    }

    public override async Task ReadAsync(ManifestFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!file.IsWeights)
        {
            await inner.ReadAsync(file, offset, buffer, cancellationToken);
            return;
        }

        Interlocked.Increment(ref _begun);
        await Task.Delay(TimeSpan.FromMilliseconds(300), CancellationToken.None);
        await inner.ReadAsync(file, offset, buffer, CancellationToken.None);
        Interlocked.Increment(ref _ended);
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
