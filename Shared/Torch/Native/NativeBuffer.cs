using System.Numerics;
using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>Memory outside the managed heap that grows when asked for more; its content does not survive growing.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint Alignment = 64;

    private nuint _size;

    /// <summary>The first byte; null before the first <see cref="Ensure"/>, and changed by growing.</summary>
    public byte* Start { get; private set; }

    /// <summary>At least <paramref name="size"/> bytes, aligned to 64; zero where never written.</summary>
    public byte* Ensure(long size)
    {
        if ((nuint)size > _size)
        {
            Dispose();
            var grown = BitOperations.RoundUpToPowerOf2((nuint)size);
            Start = (byte*)NativeMemory.AlignedAlloc(grown, Alignment);    // may fail: the size is not true before
            NativeMemory.Clear(Start, grown);
            _size = grown;
        }

        return Start;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
        _size = 0;
    }
}
