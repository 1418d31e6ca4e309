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

    /// <summary>The files that a model may be made of, by name: those in no further folder, and those that Rill reads in one.</summary>
    /// <param name="listing">The hub's answer.</param>
    /// <param name="folder">The folder that holds the model, with a slash at its end, or nothing; names are given without it.</param>
    public static Dictionary<string, ManifestFile> ReadFiles(JsonElement listing, string folder) =>
        (from file in listing.GetProperty("siblings").EnumerateArray()
         let path = file.GetProperty("rfilename").GetString()
         where path is not null && path.StartsWith(folder, StringComparison.Ordinal)
         let name = path[folder.Length..]
         where !name.Contains('/', StringComparison.Ordinal) || ModelFileNames.Small.Contains(name)
         select ReadFile(file, name)).Where(file => file.Size > 0).ToDictionary(file => file.Name, StringComparer.Ordinal);

    private static ManifestFile ReadFile(JsonElement file, string name)
    {
        var large = file.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        return new ManifestFile
        {
            Name = name,
            Size = (large ? lfs : file).GetProperty("size").GetInt64(),
            Sha256 = large ? lfs.GetProperty("sha256").GetString() : null,
            GitId = large ? null : file.GetProperty("blobId").GetString(),
        };
    }
}
