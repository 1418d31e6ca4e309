using System.Reflection;
using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>Finds native libraries by name, such as torch_cpu.</summary>
/// <param name="libTorch">A folder that is looked into first; null for none.</param>
internal sealed class NativeTorchFolders(string? libTorch)
{
    /// <summary>The library's file: the first that there is.</summary>
    /// <exception cref="DllNotFoundException">There is none; the message names the folders.</exception>
    public string Locate(string name) => TryLocate(name) ?? throw new DllNotFoundException(
        $"{FileName(name)} was not found in {string.Join(", ", All())}; restore the packages of Rill.Torch, or publish the app anew.");

    /// <summary>The same; null where there is none.</summary>
    public string? TryLocate(string name) => All().Select(folder => Path.Combine(folder, FileName(name))).FirstOrDefault(File.Exists);

    /// <summary>The file that a library lies in on this system.</summary>
    public static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" :
        OperatingSystem.IsMacOS() ? $"lib{name}.dylib" :
        $"lib{name}.so";

    private IEnumerable<string> All()
    {
        if (libTorch is not null)
        {
            yield return libTorch;
        }

        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", PortableIdentifier, "native");

        var packages = typeof(NativeTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "NativeTorchFolders")?.Value;
        foreach (var folder in packages?.Split('|') ?? [])
        {
            yield return folder;
        }
    }

    // Not RuntimeInformation.RuntimeIdentifier, which a distribution's own build of .NET sets to the distribution's name.
    private static string PortableIdentifier =>
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");
}
