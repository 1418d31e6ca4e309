using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>
/// The functions of the CUDA driver for virtual memory, which neither the runtime nor libtorch's C functions offer (cuda.h, since CUDA 10.2;
/// the same in 12 and 13). Nothing is looked for before the first call. Every function returns 0 when it did what it should.
/// </summary>
internal static unsafe partial class CudaDriver
{
    private const string Library = "libcuda.so.1";    // of the driver itself: it is where there is a GPU

    private const int Pinned = 1;             // CU_MEM_ALLOCATION_TYPE_PINNED
    private const int OnDevice = 1;           // CU_MEM_LOCATION_TYPE_DEVICE
    private const int ReadWrite = 3;          // CU_MEM_ACCESS_FLAGS_PROT_READWRITE
    private const int Minimum = 0;            // CU_MEM_ALLOC_GRANULARITY_MINIMUM

    /// <summary>The unit in which a device's memory is mapped, in bytes.</summary>
    public static int Granularity(int device, out nuint bytes) => cuMemGetAllocationGranularity(out bytes, new Allocation(device), Minimum);

    /// <summary>Takes memory of a device, without an address.</summary>
    public static int Create(int device, long bytes, out ulong handle) => cuMemCreate(out handle, (nuint)bytes, new Allocation(device), 0);

    /// <summary>Takes addresses, aligned to the granularity.</summary>
    public static int Reserve(long bytes, out nint start) => cuMemAddressReserve(out start, (nuint)bytes, 0, 0, 0);

    /// <summary>Puts memory behind addresses; nobody may use them before <see cref="Open"/>.</summary>
    public static int Map(nint start, long bytes, ulong handle) => cuMemMap(start, (nuint)bytes, 0, handle, 0);

    /// <summary>Lets a device read and write what is mapped.</summary>
    public static int Open(int device, nint start, long bytes) => cuMemSetAccess(start, (nuint)bytes, new Access(device), 1);

    /// <summary>Takes the memory behind addresses away.</summary>
    public static int Unmap(nint start, long bytes) => cuMemUnmap(start, (nuint)bytes);

    /// <summary>Gives addresses back.</summary>
    public static int Free(nint start, long bytes) => cuMemAddressFree(start, (nuint)bytes);

    /// <summary>Gives memory back.</summary>
    [LibraryImport(Library, EntryPoint = "cuMemRelease")]
    public static partial int Release(ulong handle);

    /// <summary>The driver's words for an error.</summary>
    public static string Describe(int error) =>
        cuGetErrorString(error, out var text) == 0 && Marshal.PtrToStringUTF8(text) is { } words ? words : $"error {error}";

    [LibraryImport(Library)]
    private static partial int cuMemGetAllocationGranularity(out nuint bytes, in Allocation allocation, int option);

    [LibraryImport(Library)]
    private static partial int cuMemCreate(out ulong handle, nuint bytes, in Allocation allocation, ulong flags);

    [LibraryImport(Library)]
    private static partial int cuMemAddressReserve(out nint start, nuint bytes, nuint alignment, nint wish, ulong flags);

    [LibraryImport(Library)]
    private static partial int cuMemMap(nint start, nuint bytes, nuint offset, ulong handle, ulong flags);

    [LibraryImport(Library)]
    private static partial int cuMemSetAccess(nint start, nuint bytes, in Access access, nuint count);

    [LibraryImport(Library)]
    private static partial int cuMemUnmap(nint start, nuint bytes);

    [LibraryImport(Library)]
    private static partial int cuMemAddressFree(nint start, nuint bytes);

    [LibraryImport(Library)]
    private static partial int cuGetErrorString(int error, out nint text);

    /// <summary>CUmemAllocationProp: ordinary memory of a device, not to be shared with other processes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    internal readonly struct Allocation(int device)
    {
        [FieldOffset(0)]
        public readonly int Type = Pinned;

        [FieldOffset(8)]
        public readonly int LocationType = OnDevice;

        [FieldOffset(12)]
        public readonly int Location = device;
    }

    /// <summary>CUmemAccessDesc: who may do what.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Access(int device)
    {
        public readonly int LocationType = OnDevice;

        public readonly int Location = device;

        public readonly int May = ReadWrite;
    }
}
