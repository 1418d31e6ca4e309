using System.Reflection;

namespace Rill.Torch.Native;

/// <summary>
/// The libraries of an installed PyTorch (Linux). They are looked at before they are loaded: the loader binds functions when they are first
/// called, so a library that does not fit would fail in the middle of some request.
/// </summary>
/// <param name="path">Such as <c>.../site-packages/torch/lib</c>.</param>
internal sealed class LibTorchFolder(string path)
{
    /// <summary>The version of libtorch that TorchSharp's native library in the package was built for.</summary>
    public const string PackageVersion = "2.10";

    private const string Recipe = "bench/gpu-pack/build-torchsharp";

    /// <summary>Such as 2.11.0+cu130; null where nothing beside the folder says it.</summary>
    public string? Version { get; } = VersionBeside(path);

    /// <summary>What it is, for the log.</summary>
    public string Name => $"libtorch {Version ?? "of an unknown version"} in {path}";

    /// <summary>The same, and what to know where TorchSharp's native library was built for another version: names that fit are no proof.</summary>
    /// <param name="ownBridge">Whether that library was built for this libtorch.</param>
    public string Note(bool ownBridge) => ownBridge || Version?.StartsWith(PackageVersion + ".", StringComparison.Ordinal) == true
        ? Name
        : $"{Name}, while TorchSharp's native library was built for {PackageVersion}; if something fails, build it for this one ({Recipe})"
            + $" and name it in {NativeTorchPlace.TorchSharpVariable}";

    /// <summary>
    /// Why these libraries and TorchSharp's native library cannot be used together, in one sentence; null when they can, as far as names
    /// tell.
    /// </summary>
    /// <param name="libraries">The files that TorchSharp's library needs, in the folder.</param>
    /// <param name="bridge">TorchSharp's native library.</param>
    public string? Fault(IReadOnlyList<string> libraries, string bridge)
    {
        if (libraries.FirstOrDefault(file => !File.Exists(Path.Combine(path, file))) is { } missing)
        {
            return $"{NativeTorchPlace.LibTorchVariable}={path} has no {missing}:"
                + " it must name the folder of an installed PyTorch's libraries (site-packages/torch/lib).";
        }

        if (!File.Exists(bridge))
        {
            return $"There is no file {bridge}:"
                + $" {NativeTorchPlace.TorchSharpVariable} must name TorchSharp's native library, or be unset to use the package's.";
        }

        try
        {
            var wanted = ElfFile.Read(bridge).Wanted().Concat(OurEntryPoints()).ToHashSet(StringComparer.Ordinal);
            libraries.ToList().ForEach(file => wanted.ExceptWith(ElfFile.Read(Path.Combine(path, file)).Offered()));
            return wanted.Count == 0 ? null : Describe(wanted, bridge);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    /// <summary>The functions of libtorch that Rill calls by name.</summary>
    internal static IEnumerable<string> OurEntryPoints() =>
        typeof(AotInductor).GetMethods(BindingFlags.Static | BindingFlags.Public).Select(method => method.Name);

    private string Describe(HashSet<string> missing, string bridge)
    {
        const int named = 3;
        var first = string.Join(", ", missing.Order(StringComparer.Ordinal).Take(named));
        return $"{bridge} does not fit {Name}: {missing.Count} of its symbols are missing there, such as {first};"
            + $" build TorchSharp's native library for it ({Recipe}) and name the file in {NativeTorchPlace.TorchSharpVariable},"
            + $" or unset {NativeTorchPlace.LibTorchVariable} to use libtorch {PackageVersion} of the packages.";
    }

    /// <summary>An installed PyTorch has torch/version.py beside torch/lib, a libtorch archive has build-version.</summary>
    private static string? VersionBeside(string folder)
    {
        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? folder;
        if (Path.Combine(parent, "build-version") is var plain && File.Exists(plain))
        {
            return File.ReadLines(plain).FirstOrDefault()?.Trim();
        }

        const string mark = "__version__ = ";
        return Path.Combine(parent, "version.py") is var module && File.Exists(module)
            ? File.ReadLines(module).FirstOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal))?[mark.Length..].Trim(' ', '\'', '"')
            : null;
    }
}
