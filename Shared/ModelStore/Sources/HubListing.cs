using System.Globalization;
using System.Text.Json;

namespace Rill.ModelStore.Sources;

/// <summary>Reads the hub's description of a revision (<c>GET /api/models/REPO/revision/REV?blobs=true</c>).</summary>
internal static class HubListing
{
    /// <summary>The commit, and when it was made.</summary>
    public static (string Commit, DateTimeOffset Published) ReadCommit(JsonElement listing)
    {
        var commit = listing.GetProperty("sha").GetString();
        var published = listing.TryGetProperty("lastModified", out var date)
            && DateTimeOffset.TryParse(date.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : DateTimeOffset.UnixEpoch;
        return commit is { Length: > 0 } ? (commit, published) : throw new FormatException("sha is empty");
    }

    /// <summary>The files that a model may be made of, by name: those in no folder, and those that Rill reads in one.</summary>
    public static Dictionary<string, ManifestFile> ReadFiles(JsonElement listing) => listing.GetProperty("siblings").EnumerateArray()
        .Where(file => file.GetProperty("rfilename").GetString() is { } name && (!name.Contains('/', StringComparison.Ordinal) || ModelFileNames.Small.Contains(name)))
        .Select(ReadFile).Where(file => file.Size > 0).ToDictionary(file => file.Name, StringComparer.Ordinal);

    private static ManifestFile ReadFile(JsonElement file)
    {
        var large = file.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        return new ManifestFile
        {
            Name = file.GetProperty("rfilename").GetString()!,
            Size = (large ? lfs : file).GetProperty("size").GetInt64(),
            Sha256 = large ? lfs.GetProperty("sha256").GetString() : null,
            GitId = large ? null : file.GetProperty("blobId").GetString(),
        };
    }
}
