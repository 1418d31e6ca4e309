namespace Rill.ModelStore;

/// <summary>A folder of a blob container: the blobs whose names begin with <c>Path/</c>.</summary>
/// <param name="Service">The account's blob endpoint; null for the account of the connection setting.</param>
/// <param name="Container">The container.</param>
/// <param name="Path">The folder without slashes at its ends; empty for the container's root.</param>
public sealed record BlobAddress(Uri? Service, string Container, string Path) : ModelAddress
{
    /// <summary>What the hosts of accounts end with, in the public and the national clouds; the account's token goes to nobody else.</summary>
    private static readonly string[] s_accountHosts =
        [".blob.core.windows.net", ".blob.core.usgovcloudapi.net", ".blob.core.chinacloudapi.cn", ".blob.storage.azure.net"];

    /// <inheritdoc/>
    public override string Name => Path.Length == 0 ? Container : Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The full name of a file's blob.</summary>
    public string BlobName(string file) => Path.Length == 0 ? file : $"{Path}/{file}";

    /// <inheritdoc/>
    public override string ToString() =>
        (Service is null ? $"blob://{Container}" : $"{Service.GetLeftPart(UriPartial.Authority)}/{Container}") + (Path.Length == 0 ? "" : "/" + Path);

    internal static BlobAddress? OfUrl(Uri url)
    {
        // An account's token must not go out unencrypted.
        var parts = Parts(url.AbsolutePath);
        return url.Scheme == Uri.UriSchemeHttps && Array.Exists(s_accountHosts, suffix => url.Host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) && parts.Length > 0
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
