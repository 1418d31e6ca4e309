using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Rill.Torch.Native;

/// <summary>
/// Loads libtorch and TorchSharp's native library. Call <see cref="Load"/> before the first use of TorchSharp: TorchSharp's own search
/// would otherwise fail, since the files are not copied into every output (see Torch.Native.targets).
/// </summary>
public static partial class NativeTorch
{
    /// <summary>The name of TorchSharp's native library.</summary>
    internal const string Bridge = "LibTorchSharp";

    // In order of dependency, so that each finds the former already in the process.
    private static readonly string[] s_libtorch = ["c10", "torch_cpu", "torch"];

    // In builds for CUDA only. TorchSharp loads it once a CUDA device is asked for.
    private const string LibTorchCuda = CudaRuntime.LibTorch;

    private static readonly ExitGuard s_exit = new(TimeSpan.FromSeconds(10));
    private static readonly Lock s_loading = new();
    private static volatile bool s_isLoaded;

    /// <summary>
    /// Says which libtorch was loaded in place of the packages', such as "libtorch 2.11.0+cu130 in /.../torch/lib"; null for the packages'.
    /// </summary>
    public static string? OtherLibTorch { get; private set; }

    /// <summary>
    /// Loads the libraries once: from where <paramref name="place"/> says, else from the application's folder when they are there (a
    /// published app), else from the NuGet packages. Further calls return at once, whatever they name.
    /// </summary>
    /// <param name="place">Where from; null for what the environment says.</param>
    /// <exception cref="DllNotFoundException">A library is missing, does not fit or does not load; the message names it.</exception>
    public static void Load(NativeTorchPlace? place = null)
    {
        if (s_isLoaded)
        {
            return;
        }

        lock (s_loading)
        {
            s_isLoaded = s_isLoaded || s_exit.Run(() => LoadOnce(place ?? NativeTorchPlace.FromEnvironment()));
        }
    }

    private static bool LoadOnce(NativeTorchPlace place)
    {
        LetThreadsSleep();
        if (place.ConflictWith(AppContext.BaseDirectory, [.. s_libtorch, Bridge]) is { } conflict)
        {
            throw new DllNotFoundException(conflict);
        }

        var folders = new NativeTorchFolders(place.LibTorch);
        OtherLibTorch = place.LibTorch is null ? null : Check(place.LibTorch, BridgeFile()).Note(ownBridge: place.TorchSharp is not null);
        var handles = s_libtorch.ToDictionary(name => name, name => LoadLibrary(folders.Locate(name)), StringComparer.Ordinal);
        handles[Bridge] = LoadBridge(BridgeFile());

        // TorchSharp asks by bare name, in DllImport and in NativeLibrary.TryLoad; the runtime asks here once its own probing has failed.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name switch
        {
            CudaRuntime.Library => LoadedLibrary.Find("libcudart"),
            LibTorchCuda => folders.TryLocate(name) is { } path ? NativeLibrary.Load(path) : 0,
            _ => handles.GetValueOrDefault(name),
        };
        return true;

        string BridgeFile() => place.TorchSharp ?? folders.Locate(Bridge);
    }

    private static LibTorchFolder Check(string path, string bridge)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new DllNotFoundException($"{NativeTorchPlace.LibTorchVariable} is for Linux; unset it to use the packages' libtorch.");
        }

        var folder = new LibTorchFolder(path);
        var fault = folder.Fault([.. s_libtorch.Select(NativeTorchFolders.FileName)], bridge);
        return fault is null ? folder : throw new DllNotFoundException(fault);
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

    /// <summary>Loads a library; of the loader's own words, which have several lines, the one that names what is missing is told.</summary>
    private static nint LoadLibrary(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException failure)
        {
            var reasons = failure.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var reason = Array.Find(reasons, line => line.Contains("cannot open shared object", StringComparison.Ordinal)) ?? reasons[^1];
            throw new DllNotFoundException(
                $"{path} does not load ({reason}); libtorch must lie there with all libraries that it was installed with.", failure);
        }
    }

    private static nint LoadBridge(string path)
    {
        if (NativeLibrary.TryLoad(path, out var handle))
        {
            return handle;
        }

        if (OperatingSystem.IsLinux() && File.Exists(path) && LibStdCxxMend.TryApply(File.ReadAllBytes(path)) is { } mended)
        {
            return AnonymousLibrary.Load("libLibTorchSharp.so", mended);
        }

        return LoadLibrary(path);    // fails again, now with the loader's own words
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeEnvironment(string name, string value, int overwrite);
}
