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
    /// What the server is told: an address as it is; a path of this machine in full, or for a container the path behind the mount through which
    /// it sees the place.
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

        return server is ContainerResource ? Mount(server, path) : path;
    }

    /// <summary>Mounts what belongs to a place, once; the place's path inside.</summary>
    private static string Mount(IResource server, string path)
    {
        var source = Whole(path);
        var mounts = server.Annotations.OfType<ContainerMountAnnotation>().ToList();
        var target = mounts.Find(mount => mount.Source == source)?.Target;
        if (target is null)
        {
            target = Mounted + Path.GetFileName(source);
            target = mounts.Exists(mount => mount.Target == target) ? $"{Mounted}{mounts.Count}/{Path.GetFileName(source)}" : target;
            server.Annotations.Add(new ContainerMountAnnotation(source, target, ContainerMountType.BindMount, isReadOnly: true));
        }

        return source == path ? target : $"{target}/{Path.GetRelativePath(source, path).Replace(Path.DirectorySeparatorChar, '/')}";
    }

    /// <summary>
    /// What has to be seen for a place to be read: of a file in parts its folder, of a snapshot in the hub's cache, whose files are links, the
    /// folder of the model there.
    /// </summary>
    private static string Whole(string path) =>
        InCache().Match(path) is { Success: true } cached ? cached.Value
        : Part().IsMatch(path) ? Path.GetDirectoryName(path)!
        : path;

    [GeneratedRegex(@"^.*[/\\]models--[^/\\]+(?=[/\\]snapshots[/\\])", RegexOptions.CultureInvariant)]
    private static partial Regex InCache();

    [GeneratedRegex(@"-[0-9]{5}-of-[0-9]{5}\.gguf$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Part();

    // Of an address of the hub: @REVISION, which may have slashes, but not where a file follows.
    [GeneratedRegex(@"(?<=^hf://[^/@]+/[^/@]+)@(?:[^/]+(?=/.*\.gguf$)|.+$)", RegexOptions.CultureInvariant)]
    private static partial Regex Revision();
}
