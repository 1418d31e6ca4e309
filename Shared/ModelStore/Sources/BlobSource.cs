using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Rill.ModelStore.Sources;

/// <summary>
/// A folder of a blob container with a manifest that <c>rill models push</c> has written. Every range is asked for with the ETag that the
/// blob had when the manifest was read.
/// </summary>
internal sealed class BlobSource : ModelSource
{
    private readonly BlobAddress _address;
    private readonly BlobContainerClient _container;
    private readonly TimeSpan _stall;
    private Dictionary<string, ETag> _versions = new(StringComparer.Ordinal);

    public BlobSource(BlobAddress address, ModelStoreOptions options)
    {
        _address = address;
        _container = OpenContainer(address, options);
        _stall = TimeSpan.FromSeconds(options.StallSeconds);
    }

    public override ModelAddress Address => _address;

    /// <summary>The container of an address: by the connection string for <c>blob://</c>, else with the machine's own identity.</summary>
    public static BlobContainerClient OpenContainer(BlobAddress address, ModelStoreOptions options)
    {
        // Trying again is the caller's: it knows more than the client does, and attempts must not multiply.
        var settings = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(options.StallSeconds) } };
        if (address.Service is { } service)
        {
            return new BlobServiceClient(service, new DefaultAzureCredential(), settings).GetBlobContainerClient(address.Container);
        }

        if (string.IsNullOrWhiteSpace(options.BlobConnection))
        {
            throw new StoreException(StoreFailure.Invalid,
                $"{address} needs a connection string: set Rill__Store__BlobConnection (UseDevelopmentStorage=true for Azurite), or write the address as https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH.");
        }

        try
        {
            return new BlobServiceClient(options.BlobConnection, settings).GetBlobContainerClient(address.Container);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new StoreException(StoreFailure.Invalid, "Rill__Store__BlobConnection is not a storage connection string.", error);
        }
    }

    public override async Task<ModelManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        try
        {
            var blob = _container.GetBlobClient(_address.BlobName(ModelManifest.FileName));
            using var response = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
            ModelManifest.CheckSize(response.Details.ContentLength, Describe(ModelManifest.FileName));
            var content = await BinaryData.FromStreamAsync(response.Content, cancellationToken).ConfigureAwait(false);
            var manifest = ModelManifest.Parse(content.ToMemory().Span);
            Published = response.Details.LastModified;
            _versions = await FindVersionsAsync(manifest, cancellationToken).ConfigureAwait(false);
            return manifest;
        }
        catch (RequestFailedException error) when (error.Status == 404 && error.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            throw new StoreException(StoreFailure.Missing,
                $"{Describe(ModelManifest.FileName)} does not exist; upload the model with `rill models push DIRECTORY {_address}`, which writes it.", error);
        }
        catch (Exception error) when (BlobErrors.Describe(error, _address, ModelManifest.FileName, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    public override async Task ReadAsync(ManifestFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions
            {
                Range = new HttpRange(offset, buffer.Length),
                Conditions = new BlobRequestConditions { IfMatch = _versions[file.Name] },
            };
            var blob = _container.GetBlobClient(_address.BlobName(file.Name));
            using var response = (await blob.DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false)).Value;
            await FillAsync(response.Content, buffer, _stall, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (BlobErrors.Describe(error, _address, file.Name, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    /// <summary>One listing tells the version of every file; a size that differs tells of an upload that is under way or was cut off.</summary>
    private async Task<Dictionary<string, ETag>> FindVersionsAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        var present = new Dictionary<string, BlobItemProperties>(StringComparer.Ordinal);
        await foreach (var item in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _address.BlobName(""), cancellationToken).ConfigureAwait(false))
        {
            present[item.Name] = item.Properties;
        }

        var versions = new Dictionary<string, ETag>(StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            if (!present.TryGetValue(_address.BlobName(file.Name), out var properties))
            {
                throw new StoreException(StoreFailure.Missing, $"{Describe(file.Name)} does not exist, though the manifest names it; push the model again.");
            }

            if (properties.ContentLength != file.Size)
            {
                throw new StoreException(StoreFailure.Changed,
                    $"{Describe(file.Name)} has {properties.ContentLength} bytes and not the {file.Size} of the manifest: an upload is under way or was cut off; push the model again.");
            }

            versions[file.Name] = properties.ETag!.Value;
        }

        return versions;
    }
}
