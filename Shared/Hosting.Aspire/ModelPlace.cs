using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Rill.Hosting;

/// <summary>Where a model or an adapter lies: a directory, a GGUF file, or the address of a remote one.</summary>
internal static partial class ModelPlace
{
    private const string Mounted = "/models/";

    /// <summary>What it is called where nobody says otherwise: the last part of its place, as the server itself has it.</summary>
    public static string Name(string place)
    {
        var last = place.Contains("://", StringComparison.Ordinal)
            ? Revision().Replace(place, "").TrimEnd('/')
            : Path.TrimEndingDirectorySeparator(place);
        last = last[(last.LastIndexOfAny(['/', Path.DirectorySeparatorChar]) + 1)..];
        return last.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? last[..^".gguf".Length] : last;
    }

    /// <summary>
    /// What the server is told: an address as it is; a path of this machine in full, or for a container that of the mount through which it sees
    /// the folder.
    /// </summary>
    /// <exception cref="ArgumentException">Nothing lies there.</exception>
    public static string Reach(IResource server, string place, string appHostDirectory)
    {
        if (place.Contains("://", StringComparison.Ordinal))
        {
            return place;
        }

        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(place, appHostDirectory));
        if (!Path.Exists(path))
        {
            throw new ArgumentException($"There is no model directory or GGUF file {path}; name one, or an address such as hf://ORG/NAME.");
        }

        if (server is not ContainerResource)
        {
            return path;
        }

        var inside = Mounted + Path.GetFileName(path);
        server.Annotations.Add(new ContainerMountAnnotation(path, inside, ContainerMountType.BindMount, isReadOnly: true));
        return inside;
    }

    // Of an address of the hub: @REVISION, which may have slashes, but not where a file follows.
    [GeneratedRegex(@"(?<=^hf://[^/@]+/[^/@]+)@(?:[^/]+(?=/.*\.gguf$)|.+$)", RegexOptions.CultureInvariant)]
    private static partial Regex Revision();
}
