using Microsoft.Extensions.Configuration;

namespace Rill.Hosting;

/// <summary>Where Rill lies on this machine: a clone of its repository, or an unpacked release. Both are started by their file <c>run</c>.</summary>
internal static class RillFolder
{
    /// <summary>
    /// The setting that names the folder where the app host does not. Not one in <c>Rill</c>: as a variable it would reach the server too, which
    /// refuses what it does not know.
    /// </summary>
    public const string Setting = "Aspire:Rill:Folder";

    private const string Script = "run";

    /// <summary>The folder: as named, or as the setting says, or the clone that the app host itself is a part of.</summary>
    /// <exception cref="ArgumentException">There is no Rill in it, or none was found.</exception>
    public static string Find(string? named, IConfiguration configuration, string appHostDirectory)
    {
        if ((named ?? configuration[Setting]) is { } given)
        {
            var folder = Path.GetFullPath(given, appHostDirectory);
            return File.Exists(Path.Combine(folder, Script))
                ? folder
                : throw new ArgumentException(
                    $"There is no Rill in {folder}: name the folder of a clone or of an unpacked release, the one that holds the file {Script}.");
        }

        for (var folder = new DirectoryInfo(appHostDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Script)) && File.Exists(Path.Combine(folder.FullName, "FunctionApp", "FunctionApp.csproj")))
            {
                return folder.FullName;
            }
        }

        throw new ArgumentException(
            $"Rill was not found: name the folder of a clone or of an unpacked release in AddRill(name, folder) or in the setting {Setting}.");
    }

    /// <summary>
    /// What starts it, before <c>--port N</c>. The script builds a clone that has changed. On Windows, which has no shell for it, the project is
    /// run.
    /// </summary>
    public static (string Command, IReadOnlyList<string> Arguments) Start(string folder) => OperatingSystem.IsWindows()
        ? ("dotnet", ["run", "--configuration", "Release", "--project", "FunctionApp", "--"])
        : (Path.Combine(folder, Script), []);
}
