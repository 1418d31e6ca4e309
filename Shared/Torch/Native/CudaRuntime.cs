using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>
/// The few functions of the CUDA runtime and of libtorch_cuda that TorchSharp does not expose. Nothing is looked for before the first
/// call, so a machine without them only fails there. Every function returns 0 when it did what it should.
/// </summary>
internal static unsafe partial class CudaRuntime
{
    /// <summary>
    /// Name under which NativeTorch finds the runtime that libtorch has loaded. No file bears it, so the loader never finds a runtime of the
    /// system's instead.
    /// </summary>
    public const string Library = "cudart-of-libtorch";

    /// <summary>Name of libtorch's part for CUDA.</summary>
    public const string LibTorch = "torch_cuda";

    private const uint NonBlocking = 1;    // cudaStreamNonBlocking: never waits for the default stream
    private const int Relaxed = 2;         // cudaStreamCaptureModeRelaxed: the allocator may call cudaMalloc meanwhile

    private const uint DisableTiming = 2;       // cudaEventDisableTiming: an event that only marks a place is cheaper

    private const int MostPropertyBytes = 8192;    // cudaDeviceProp is 1032 bytes in CUDA 12

    public static int CreateStream(out nint stream) => cudaStreamCreateWithFlags(out stream, NonBlocking);

    public static int BeginCapture(nint stream) => cudaStreamBeginCapture(stream, Relaxed);

    public static int Instantiate(nint graph, out nint executable) => cudaGraphInstantiateWithFlags(out executable, graph, 0);

    /// <summary>The name of a device: what its properties, whose size depends on the runtime's version, begin with.</summary>
    public static int NameOf(int device, out string name)
    {
        var properties = stackalloc byte[MostPropertyBytes];
        var error = cudaGetDeviceProperties(properties, device);
        name = error == 0 ? Marshal.PtrToStringUTF8((nint)properties)! : "";
        return error;
    }

    /// <summary>Makes an event.</summary>
    public static int CreateEvent(out nint made) => cudaEventCreateWithFlags(out made, DisableTiming);

    /// <summary>Clears the error that the runtime remembers for this thread, which libtorch would take for its own, and returns it.</summary>
    public static int Forget() => cudaGetLastError();

    /// <summary>The runtime's words for an error, which it forgets.</summary>
    public static string Describe(int error)
    {
        _ = Forget();
        return Marshal.PtrToStringUTF8(cudaGetErrorString(error)) ?? $"error {error}";
    }

    [LibraryImport(Library)]
    public static partial int cudaSetDevice(int device);

    [LibraryImport(Library)]
    public static partial int cudaDeviceSynchronize();

    [LibraryImport(Library)]
    public static partial int cudaStreamDestroy(nint stream);

    [LibraryImport(Library)]
    public static partial int cudaStreamSynchronize(nint stream);

    [LibraryImport(Library)]
    public static partial int cudaStreamEndCapture(nint stream, out nint graph);

    [LibraryImport(Library)]
    public static partial int cudaGraphLaunch(nint executable, nint stream);

    [LibraryImport(Library)]
    public static partial int cudaGraphDestroy(nint graph);

    [LibraryImport(Library)]
    public static partial int cudaGraphExecDestroy(nint executable);

    [LibraryImport(Library)]
    public static partial int cudaEventRecord(nint recorded, nint stream);

    [LibraryImport(Library)]
    public static partial int cudaEventSynchronize(nint recorded);

    [LibraryImport(Library)]
    public static partial int cudaEventDestroy(nint recorded);

    [LibraryImport(Library)]
    public static partial int cudaMemGetInfo(out nuint free, out nuint total);

    /// <summary>Makes a stream of ours libtorch's current one on this thread, and its device the current one, until the guard is deleted.</summary>
    [LibraryImport(LibTorch)]
    public static partial int aoti_torch_create_cuda_stream_guard(nint stream, int device, out nint guard);

    [LibraryImport(LibTorch)]
    public static partial int aoti_torch_delete_cuda_stream_guard(nint guard);

    [LibraryImport(Library)]
    private static partial int cudaStreamCreateWithFlags(out nint stream, uint flags);

    [LibraryImport(Library)]
    private static partial int cudaEventCreateWithFlags(out nint made, uint flags);

    [LibraryImport(Library)]
    private static partial int cudaStreamBeginCapture(nint stream, int mode);

    [LibraryImport(Library)]
    private static partial int cudaGraphInstantiateWithFlags(out nint executable, nint graph, ulong flags);

    [LibraryImport(Library)]
    private static partial int cudaGetDeviceProperties(byte* properties, int device);

    [LibraryImport(Library)]
    private static partial int cudaGetLastError();

    [LibraryImport(Library)]
    private static partial nint cudaGetErrorString(int error);
}
