namespace Rill.ModelStore;

/// <summary>A folder of a blob container: the blobs whose names begin with <c>Path/</c>.</summary>
/// <param name="Service">The account's blob endpoint; null for the account of the connection setting.</param>
/// <param name="Container">The container.</param>
/// <param name="Path">The folder without slashes at its ends; empty for the container's root.</param>
public sealed record BlobAddress(Uri? Service, string Container, string Path) : ModelAddress
{
    /// <inheritdoc/>
    public override string Name => Path.Length == 0 ? Container : Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The full name of a file's blob.</summary>
    public string BlobName(string file) => Path.Length == 0 ? file : $"{Path}/{file}";

    /// <inheritdoc/>
    public override string ToString() =>
        (Service is null ? $"blob://{Container}" : $"{Service.GetLeftPart(UriPartial.Authority)}/{Container}") + (Path.Length == 0 ? "" : "/" + Path);

    internal static BlobAddress? OfUrl(Uri url)
    {
        // An account's token must not go out unencrypted, nor to a host that is no account.
        var parts = Parts(url.AbsolutePath);
        return url.Scheme == Uri.UriSchemeHttps && url.Host.Contains(".blob.", StringComparison.Ordinal) && parts.Length > 0
            ? new(new Uri(url.GetLeftPart(UriPartial.Authority)), parts[0], string.Join('/', parts[1..]))
            : null;
    }

    internal static BlobAddress? OfContainer(string text)
    {
        var parts = Parts(text["blob://".Length..]);
        return parts.Length == 0 ? null : new(null, parts[0], string.Join('/', parts[1..]));
    }

    private static string[] Parts(string path) => [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
}
