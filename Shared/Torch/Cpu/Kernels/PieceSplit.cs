namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// How a phase's outputs are shared out: one large piece for each thread, which it reads in one go, and from what is left small ones, so
/// that the threads end together. (Two threads, bf16, 43 GB/s at most: a phase of 1.8 MB in 32 equal pieces 40 GB/s, so 44.) A phase that
/// is hardly worth sharing has equal pieces.
/// </summary>
internal readonly record struct PieceSplit
{
    private const int SmallPerThread = 2;
    private const long LargeShare = 7, LargeOf = 8;

    private readonly int _large;
    private readonly int _multiple;

    private PieceSplit(int size, int count, int large, int multiple) => (Size, Count, _large, _multiple) = (size, count, large, multiple);

    /// <summary>Outputs of the phase.</summary>
    public int Size { get; }

    /// <summary>Number of pieces, at least 1; some may be empty.</summary>
    public int Count { get; }

    /// <summary>Outputs of a piece.</summary>
    /// <param name="piece">0 to <see cref="Count"/> - 1; the large ones come first.</param>
    public (int First, int End) this[int piece] => (Bound(piece), Bound(piece + 1));

    /// <summary>Shares outputs out.</summary>
    /// <param name="size">Number of outputs.</param>
    /// <param name="multiple">Pieces begin at multiples of this.</param>
    /// <param name="threads">Threads that claim pieces.</param>
    /// <param name="worth">Most pieces that the phase's work is worth, at least 1.</param>
    public static PieceSplit Of(int size, int multiple, int threads, long worth)
    {
        var full = (1 + SmallPerThread) * threads;
        return threads == 1 || worth <= 1 ? new(size, 1, 1, multiple)
            : worth < full ? new(size, (int)worth, (int)worth, multiple)
            : new(size, full, threads, multiple);
    }

    private int Bound(int piece)
    {
        if (piece == Count)
        {
            return Size;
        }

        var largeEnd = _large == Count ? Size : Size * LargeShare / LargeOf;
        var bound = piece <= _large ? largeEnd * piece / _large : largeEnd + ((Size - largeEnd) * (piece - _large) / (Count - _large));
        return (int)(bound / _multiple * _multiple);
    }
}
