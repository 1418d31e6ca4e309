using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>
/// Finds a library that the process has loaded already (Linux). libtorch brings a CUDA runtime of its own, under a file name that says its
/// hash: asking for one by its usual name could load a second runtime, which knows nothing of the first one's streams.
/// </summary>
internal static class LoadedLibrary
{
    /// <summary>A handle to the loaded library whose file name begins like this; 0 when there is none.</summary>
    public static nint Find(string prefix) =>
        OperatingSystem.IsLinux() && FileIn(File.ReadLines("/proc/self/maps"), prefix) is { } file ? NativeLibrary.Load(file) : 0;

    /// <summary>The first mapped file whose name begins like this; null when there is none.</summary>
    internal static string? FileIn(IEnumerable<string> maps, string prefix) => maps
        .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var start and >= 0 ? line[start..] : "")
        .FirstOrDefault(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal));
}
