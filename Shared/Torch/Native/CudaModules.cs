using System.Runtime.InteropServices;
using System.Text;

namespace Rill.Torch.Native;

/// <summary>
/// The functions of the CUDA driver that load kernels and queue them (cuda.h; the same in CUDA 11, 12 and 13). Nothing is looked for before
/// the first call. Functions that return an int return 0 when they did what they should.
/// </summary>
internal static unsafe partial class CudaModules
{
    private const string Library = "libcuda.so.1";    // of the driver itself: it is where there is a GPU

    private const int ErrorLog = 5;        // CU_JIT_ERROR_LOG_BUFFER
    private const int ErrorLogSize = 6;    // CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
    private const int LogBytes = 4096;

    /// <summary>Has the driver translate PTX for the device of the calling thread's context.</summary>
    /// <param name="ptx">The text.</param>
    /// <param name="module">The module.</param>
    /// <param name="complaint">What the driver's compiler says where it refuses.</param>
    public static int Load(string ptx, out nint module, out string complaint)
    {
        var text = Encoding.ASCII.GetBytes(ptx + '\0');
        var log = new byte[LogBytes];
        fixed (byte* source = text, target = log)
        {
            var options = stackalloc int[] { ErrorLog, ErrorLogSize };
            var values = stackalloc nint[] { (nint)target, LogBytes };
            var error = cuModuleLoadDataEx(out module, source, 2, options, values);
            complaint = Encoding.ASCII.GetString(log, 0, Math.Max(0, Array.IndexOf(log, (byte)0))).ReplaceLineEndings(" ").Trim();
            return error;
        }
    }

    /// <summary>A module's kernel.</summary>
    [LibraryImport(Library, EntryPoint = "cuModuleGetFunction", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Find(out nint kernel, nint module, string name);

    /// <summary>Gives a module back.</summary>
    [LibraryImport(Library, EntryPoint = "cuModuleUnload")]
    public static partial int Unload(nint module);

    /// <summary>Queues a kernel on a stream.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="groups">Groups of threads, at least 1.</param>
    /// <param name="threads">Threads of a group.</param>
    /// <param name="stream">The stream; 0 for the default one.</param>
    /// <param name="arguments">The address of each argument.</param>
    public static int Launch(nint kernel, int groups, int threads, nint stream, void** arguments) =>
        cuLaunchKernel(kernel, (uint)groups, 1, 1, (uint)threads, 1, 1, 0, stream, arguments, null);

    /// <summary>The driver's words for an error.</summary>
    public static string Describe(int error) =>
        cuGetErrorString(error, out var text) == 0 && Marshal.PtrToStringUTF8(text) is { } words ? words : $"error {error}";

    [LibraryImport(Library)]
    private static partial int cuModuleLoadDataEx(out nint module, byte* image, uint count, int* options, nint* values);

    [LibraryImport(Library)]
    private static partial int cuLaunchKernel(
        nint kernel, uint groupsX, uint groupsY, uint groupsZ, uint threadsX, uint threadsY, uint threadsZ, uint sharedBytes, nint stream,
        void** arguments, void** extra);

    [LibraryImport(Library)]
    private static partial int cuGetErrorString(int error, out nint text);
}
