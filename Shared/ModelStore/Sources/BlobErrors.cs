using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace Rill.ModelStore.Sources;

/// <summary>Says in one sentence what the blob client's exceptions mean, without the addresses and headers that theirs hold.</summary>
internal static class BlobErrors
{
    /// <summary>The failure, or null for one that is a bug or the caller's own cancellation.</summary>
    public static StoreException? Describe(Exception error, BlobAddress address, string file, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        var place = $"{address}/{file}";
        return error switch
        {
            RequestFailedException failed => OfStatus(failed, address, place),
            AuthenticationFailedException => new(StoreFailure.Forbidden,
                $"{address} cannot be reached: no Azure identity was found (a managed identity, AZURE_CLIENT_ID, or `az login`).", error),
            AggregateException { InnerExceptions: [.., var last] } => Describe(last, address, file, cancellationToken),
            IOException or HttpRequestException or OperationCanceledException =>
                new(StoreFailure.Unreachable, $"{place} cannot be reached: {error.Message.TrimEnd('.')}.", error),
            _ => null,
        };
    }

    private static StoreException OfStatus(RequestFailedException failed, BlobAddress address, string place) => failed.Status switch
    {
        404 when failed.ErrorCode == BlobErrorCode.ContainerNotFound =>
            new(StoreFailure.Missing, $"The container {address.Container} of {address} does not exist.", failed),
        404 => new(StoreFailure.Missing, $"{place} does not exist; push the model again.", failed),
        412 => new(StoreFailure.Changed, $"{place} was replaced while it was read.", failed),
        416 => new(StoreFailure.Changed, $"{place} became shorter while it was read.", failed),
        401 or 403 => new(StoreFailure.Forbidden,
            $"The store refuses {place} (status {failed.Status}); give the identity the role Storage Blob Data Reader on the container, and Contributor to push.", failed),
        0 or 408 or 429 or >= 500 => new(StoreFailure.Unreachable, $"{place} cannot be reached: {Reason(failed)}.", failed),
        _ => new(StoreFailure.Invalid, $"The store refuses {place}: {Reason(failed)}.", failed),
    };

    private static string Reason(RequestFailedException failed) =>
        failed.Status == 0 ? (failed.InnerException ?? failed).Message.Split('\n')[0].TrimEnd('.') : $"the store answered {failed.Status} {failed.ErrorCode}".TrimEnd();
}
