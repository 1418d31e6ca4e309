namespace Rill;

/// <summary>A folder of the local disk that others may name places in.</summary>
public static class LocalFolder
{
    /// <summary>The path that a name means in a folder, behind all links; null where that is not below the folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">A path, relative to the folder or rooted.</param>
    public static string? Resolve(string folder, string name)
    {
        try
        {
            var root = FinalPath.Of(folder);
            var path = FinalPath.Of(Path.Combine(root, name));
            var below = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
            return path.StartsWith(below, StringComparison.Ordinal) ? path : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;    // links in a circle, or characters that no path has
        }
    }
}
