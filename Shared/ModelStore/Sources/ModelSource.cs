namespace Rill.ModelStore.Sources;

/// <summary>
/// A remote store that holds one model. <see cref="ReadManifestAsync"/> fixes the version that <see cref="ReadAsync"/> reads: from then on
/// a replaced file is noticed. Thread-safe but for the former.
/// </summary>
public abstract class ModelSource : IDisposable
{
    /// <summary>The model's address.</summary>
    public abstract ModelAddress Address { get; }

    /// <summary>When the model was last written, as of the last <see cref="ReadManifestAsync"/>.</summary>
    public DateTimeOffset Published { get; protected set; } = DateTimeOffset.UnixEpoch;

    /// <summary>Opens the store of a remote address.</summary>
    /// <exception cref="StoreException">The address is a directory, or the settings lack what it needs.</exception>
    public static ModelSource Open(ModelAddress address, ModelStoreOptions options) => address switch
    {
        BlobAddress blob => new BlobSource(blob, options),
        HubAddress hub => new HubSource(hub, options),
        _ => throw new StoreException(StoreFailure.Invalid, $"{address} is not the address of a remote model."),
    };

    /// <summary>Reads which files make the model, and remembers their versions. One attempt.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public abstract Task<ModelManifest> ReadManifestAsync(CancellationToken cancellationToken);

    /// <summary>Fills a buffer from a file. One attempt; a failure leaves the buffer undefined.</summary>
    /// <exception cref="StoreException">It cannot be read, or is not the version any more that the manifest belongs to.</exception>
    public abstract Task ReadAsync(ManifestFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>How an error names a file.</summary>
    public string Describe(string file) => $"{Address}/{file}";

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees connections.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Reads a response's body into a buffer, and gives up when no byte has come for a while.</summary>
    internal static async Task FillAsync(Stream body, Memory<byte> buffer, TimeSpan stall, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var filled = 0; filled < buffer.Length;)
        {
            limit.CancelAfter(stall);
            int count;
            try
            {
                count = await body.ReadAsync(buffer[filled..], limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"no byte came for {stall.TotalSeconds:0.#} s");
            }

            filled += count > 0 ? count : throw new IOException("the connection ended early");
        }
    }
}
