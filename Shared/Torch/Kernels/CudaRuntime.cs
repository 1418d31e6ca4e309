using System.Runtime.InteropServices;

namespace Rill.Torch.Kernels;

/// <summary>
/// The few functions of the CUDA runtime and of libtorch_cuda that TorchSharp does not expose. Nothing is looked for before the first
/// call, so a machine without them only fails there. Every function returns 0 when it did what it should.
/// </summary>
internal static unsafe partial class CudaRuntime
{
    /// <summary>Name under which NativeTorch finds the runtime that libtorch has loaded.</summary>
    public const string Library = "cudart";

    /// <summary>Name of libtorch's part for CUDA.</summary>
    public const string LibTorch = "torch_cuda";

    private const uint NonBlocking = 1;    // cudaStreamNonBlocking: never waits for the default stream
    private const int Relaxed = 2;         // cudaStreamCaptureModeRelaxed: the allocator may call cudaMalloc meanwhile

    public static int CreateStream(out nint stream) => cudaStreamCreateWithFlags(out stream, NonBlocking);

    public static int BeginCapture(nint stream) => cudaStreamBeginCapture(stream, Relaxed);

    public static int Instantiate(nint graph, out nint executable) => cudaGraphInstantiateWithFlags(out executable, graph, 0);

    /// <summary>The runtime's words for an error; clears the error that it remembers for this thread.</summary>
    public static string Describe(int error)
    {
        _ = cudaGetLastError();
        return Marshal.PtrToStringUTF8(cudaGetErrorString(error)) ?? $"error {error}";
    }

    [LibraryImport(Library)]
    public static partial int cudaSetDevice(int device);

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
    public static partial int cudaMemGetInfo(out nuint free, out nuint total);

    /// <summary>Makes a stream of ours libtorch's current one on this thread, and its device the current one, until the guard is deleted.</summary>
    [LibraryImport(LibTorch)]
    public static partial int aoti_torch_create_cuda_stream_guard(nint stream, int device, out nint guard);

    [LibraryImport(LibTorch)]
    public static partial int aoti_torch_delete_cuda_stream_guard(nint guard);

    [LibraryImport(Library)]
    private static partial int cudaStreamCreateWithFlags(out nint stream, uint flags);

    [LibraryImport(Library)]
    private static partial int cudaStreamBeginCapture(nint stream, int mode);

    [LibraryImport(Library)]
    private static partial int cudaGraphInstantiateWithFlags(out nint executable, nint graph, ulong flags);

    [LibraryImport(Library)]
    private static partial int cudaGetLastError();

    [LibraryImport(Library)]
    private static partial nint cudaGetErrorString(int error);
}
