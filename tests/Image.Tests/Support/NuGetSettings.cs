using System.Xml.Linq;

namespace Rill.Image.Tests.Support;

/// <summary>NuGet's configuration for a step of the build.</summary>
internal static class NuGetSettings
{
    /// <summary>The machine's own sources. Packages that are restored already are read from <paramref name="restored"/>.</summary>
    public static void WriteMachines(string folder, string restored)
    {
        var own = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "NuGet", "NuGet.Config");
        var root = File.Exists(own) ? XElement.Load(own) : new XElement("configuration");
        Write(folder, root, restored);
    }

    /// <summary>A folder of packages as the only source beside <paramref name="restored"/>.</summary>
    public static void WriteOnly(string folder, string source, string restored) => Write(
        folder,
        new XElement("configuration", new XElement("packageSources", new XElement("clear"), new XElement("add", new XAttribute("key", "made-up"), new XAttribute("value", source)))),
        restored);

    private static void Write(string folder, XElement root, string restored)
    {
        root.Elements("fallbackPackageFolders").Remove();
        root.Add(new XElement(
            "fallbackPackageFolders",
            new XElement("add", new XAttribute("key", "restored"), new XAttribute("value", restored))));
        Directory.CreateDirectory(folder);
        root.Save(Path.Combine(folder, "NuGet.Config"));
    }
}
