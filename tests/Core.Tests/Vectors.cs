namespace Rill.Core.Tests;

/// <summary>
/// Finds the reference vectors, which do not lie in the repository: in the folder that RILL_VECTORS names, else in ../shared/vectors beside
/// the repository. Without them a test is skipped; under CI=true it fails, unless RILL_VECTORS is "none": they are not meant to be there.
/// </summary>
internal static class Vectors
{
    private const string None = "none";

    /// <summary>The full path of a file or folder among the vectors; skips the test when it is absent.</summary>
    public static string Path(params string[] parts)
    {
        var path = System.IO.Path.Combine([Root(), .. parts]);
        var isThere = File.Exists(path) || Directory.Exists(path);
        var reason = $"The test vectors are not here: {path} is missing (set RILL_VECTORS to their folder).";
        if (Environment.GetEnvironmentVariable("CI") == "true" && Root() != None)
        {
            Assert.True(isThere, reason);
        }

        Skip.IfNot(isThere, reason);
        return path;
    }

    /// <summary>The names of the folders in a folder of the vectors, for a theory; where it is absent one name, whose test is skipped.</summary>
    public static IReadOnlyList<string> Folders(string parent)
    {
        var path = System.IO.Path.Combine(Root(), parent);
        return Directory.Exists(path)
            ? [.. Directory.GetDirectories(path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal)!]
            : ["absent"];
    }

    /// <summary>The same of files.</summary>
    public static IReadOnlyList<string> Files(string parent, string pattern)
    {
        var path = System.IO.Path.Combine(Root(), parent);
        return Directory.Exists(path)
            ? [.. Directory.GetFiles(path, pattern).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal)!]
            : ["absent"];
    }

    private static string Root() =>
        Environment.GetEnvironmentVariable("RILL_VECTORS") is { Length: > 0 } named
            ? named
            : System.IO.Path.Combine(RepositoryRoot(), "..", "shared", "vectors");

    /// <summary>The folder that holds Functions.sln.</summary>
    public static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory.FullName, "Functions.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? AppContext.BaseDirectory;
    }
}
