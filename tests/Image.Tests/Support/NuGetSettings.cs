using System.Xml.Linq;

namespace Rill.Image.Tests.Support;

/// <summary>NuGet's configuration for a step of the build.</summary>
internal static class NuGetSettings
{
    /// <summary>The machine's own sources. Packages that are restored already are read where they lie.</summary>
    public static void WriteMachines(string folder)
    {
        var own = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "NuGet", "NuGet.Config");
        var root = File.Exists(own) ? XElement.Load(own) : new XElement("configuration");
        Write(folder, root);
    }

    /// <summary>A folder of packages as the only source.</summary>
    public static void WriteOnly(string folder, string source) => Write(
        folder,
        new XElement("configuration", new XElement("packageSources", new XElement("clear"), new XElement("add", new XAttribute("key", "made-up"), new XAttribute("value", source)))));

    private static void Write(string folder, XElement root)
    {
        root.Elements("fallbackPackageFolders").Remove();
        root.Add(new XElement(
            "fallbackPackageFolders",
            new XElement("add", new XAttribute("key", "restored"), new XAttribute("value", BaseImages.RestoredPackages))));
        Directory.CreateDirectory(folder);
        root.Save(Path.Combine(folder, "NuGet.Config"));
    }
}
