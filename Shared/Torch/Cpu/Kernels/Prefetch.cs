using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Asks for weights before they are needed: a product of few inputs is bound by memory, and the processor's own fetching does not follow
/// a tile's rows. Asking beyond the end of a mapping is harmless: the processor drops it.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes that the processor fetches at once.</summary>
    public const int LineBytes = 64;

    // Some 100 ns of one thread's share of the memory's bandwidth: measured, 2 KB gives as much and 1 KB a little less.
    private const int Distance = 4096;

    /// <summary>Fetches what a walk along rows that follow one another will read soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(byte* place) => Line(place + Distance);

    /// <summary>Fetches one line into the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(byte* place)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(place);
        }
    }

    /// <summary>Fetches some lines that follow one another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(byte* place, nint bytes)
    {
        for (nint offset = 0; offset < bytes; offset += LineBytes)
        {
            Line(place + offset);
        }
    }
}

/// <summary>What a tile of four rows fetches while it computes: always the next four rows, in one order or the other.</summary>
internal unsafe interface IFetch
{
    /// <summary>Called once for each vector of a row.</summary>
    /// <param name="weights">The tile's first row.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="k">The vector's first element.</param>
    static abstract void Fetch<TLanes, TElements>(byte* weights, nint rowBytes, nint k) where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements;
}

/// <summary>
/// From the first row's beginning to the fourth's end, as they lie in memory: best for a single pass over the weights (2560 x 960 in bf16,
/// two threads, four inputs: 41 GB/s, and 36 row by row). Only for rows that follow one another.
/// </summary>
internal readonly unsafe struct FetchInOrder : IFetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<TLanes, TElements>(byte* weights, nint rowBytes, nint k) where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        var next = weights + (4 * (rowBytes + (k * TElements.Size)));
        for (var offset = 0; offset < 4 * TLanes.Count * TElements.Size; offset += Prefetch.LineBytes)
        {
            Prefetch.Line(next + offset);
        }
    }
}

/// <summary>
/// The same place in each of them. With more inputs the tile's rows are passed over several times, and every pass draws the next rows
/// closer, from memory to the second-level and on to the first-level cache (sixteen inputs: 24 GB/s, and 19 in order).
/// </summary>
internal readonly unsafe struct FetchRowByRow : IFetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<TLanes, TElements>(byte* weights, nint rowBytes, nint k) where TLanes : unmanaged, ILanes<TLanes> where TElements : IElements
    {
        var next = weights + (4 * rowBytes) + (k * TElements.Size);
        Prefetch.Line(next);
        Prefetch.Line(next + rowBytes);
        Prefetch.Line(next + (2 * rowBytes));
        Prefetch.Line(next + (3 * rowBytes));
    }
}
