using System.Reflection;
using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>Finds native libraries by name, such as torch_cpu.</summary>
/// <param name="libTorch">The folder of another libtorch, whose parts are taken from nowhere else; null for none.</param>
internal sealed class NativeTorchFolders(string? libTorch)
{
    /// <summary>The library's file: the first that there is.</summary>
    /// <exception cref="DllNotFoundException">There is none; the message names the folders.</exception>
    public string Locate(string name) => TryLocate(name) ?? throw new DllNotFoundException(
        $"{FileName(name)} was not found in {string.Join(", ", Folders(name))}; restore the packages of Rill.Torch, or publish the app anew;"
        + $" a program that uses Rill.ChatClient needs the package libtorch-cpu-{PortableIdentifier} as well.");

    /// <summary>The same; null where there is none.</summary>
    public string? TryLocate(string name) => Folders(name).Select(folder => Path.Combine(folder, FileName(name))).FirstOrDefault(File.Exists);

    /// <summary>The file that a library lies in on this system.</summary>
    public static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" :
        OperatingSystem.IsMacOS() ? $"lib{name}.dylib" :
        $"lib{name}.so";

    private IEnumerable<string> Folders(string name) => libTorch is null ? Own() : name == NativeTorch.Bridge ? Own().Prepend(libTorch) : [libTorch];

    private static IEnumerable<string> Own()
    {
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
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");
}
