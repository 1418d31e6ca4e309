using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Rill.Torch.Native;

/// <summary>
/// Loads libtorch and TorchSharp's native library. Call <see cref="Load"/> before the first use of TorchSharp: TorchSharp's own search
/// would otherwise fail, since the files are not copied into every output (see Torch.Native.targets).
/// </summary>
public static partial class NativeTorch
{
    private const string Bridge = "LibTorchSharp";

    // In order of dependency, so that each finds the former already in the process.
    private static readonly string[] s_libtorch = ["c10", "torch_cpu", "torch"];

    // In builds for CUDA only. TorchSharp loads it once a CUDA device is asked for.
    private const string LibTorchCuda = CudaRuntime.LibTorch;

    private static readonly ExitGuard s_exit = new(TimeSpan.FromSeconds(10));
    private static readonly Lazy<bool> s_loaded = new(() => s_exit.Run(LoadOnce));

    /// <summary>
    /// Loads the libraries once: from the application's folder when they are there (a published app), else from the NuGet packages.
    /// Further calls return at once.
    /// </summary>
    /// <exception cref="DllNotFoundException">A library is missing or does not load; the message names it.</exception>
    public static void Load() => _ = s_loaded.Value;

    private static bool LoadOnce()
    {
        LetThreadsSleep();
        var handles = s_libtorch.ToDictionary(name => name, name => NativeLibrary.Load(Locate(name)), StringComparer.Ordinal);
        handles[Bridge] = LoadBridge(Locate(Bridge));

        // TorchSharp asks by bare name, in DllImport and in NativeLibrary.TryLoad; the runtime asks here once its own probing has failed.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name switch
        {
            CudaRuntime.Library => LoadedLibrary.Find("libcudart"),
            LibTorchCuda => TryLocate(name) is { } path ? NativeLibrary.Load(path) : 0,
            _ => handles.GetValueOrDefault(name),
        };
        return true;
    }

    /// <summary>
    /// Libtorch's OpenMP threads wait for one another by spinning, unless told otherwise before they load. When other work holds a core,
    /// each of the hundred waits in a step then costs whole time slices: a step of 2 ms was measured to take 60 to 230. The price of
    /// sleeping is a few microseconds a wait. A policy that the environment already names is left alone.
    /// </summary>
    private static void LetThreadsSleep()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetNativeEnvironment("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);    // .NET's own setter does not reach native code
        }
    }

    private static nint LoadBridge(string path)
    {
        if (NativeLibrary.TryLoad(path, out var handle))
        {
            return handle;
        }

        if (OperatingSystem.IsLinux() && LibStdCxxMend.TryApply(File.ReadAllBytes(path)) is { } mended)
        {
            return AnonymousLibrary.Load("libLibTorchSharp.so", mended);
        }

        return NativeLibrary.Load(path);    // fails again, now with the loader's own words
    }

    private static string Locate(string name) => TryLocate(name) ?? throw new DllNotFoundException(
        $"{FileName(name)} was not found in {string.Join(", ", Folders())}; restore the packages of Rill.Torch, or publish the app anew.");

    private static string? TryLocate(string name) => Folders().Select(folder => Path.Combine(folder, FileName(name))).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders()
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
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" :
        OperatingSystem.IsMacOS() ? $"lib{name}.dylib" :
        $"lib{name}.so";

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeEnvironment(string name, string value, int overwrite);
}
