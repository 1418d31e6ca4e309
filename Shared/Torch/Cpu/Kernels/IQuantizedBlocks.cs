using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>How a format's blocks of sixteen outputs by 32 inner elements are read. Kernels take it as a type argument.</summary>
internal unsafe interface IQuantizedBlocks
{
    /// <summary>Bytes of a block.</summary>
    static abstract int Size { get; }

    /// <summary>The code of zero: a code is the weight divided by its scale, plus this.</summary>
    static abstract int Zero { get; }

    /// <summary>The codes of half a block's outputs for elements 4c to 4c + 3, and for elements 16 + 4c to 16 + 4c + 3.</summary>
    /// <param name="block">The block.</param>
    /// <param name="half">0 for outputs 0 to 7, 1 for 8 to 15.</param>
    /// <param name="c">0 to 3.</param>
    static abstract (Vector256<byte> First, Vector256<byte> Second) Load(byte* block, int half, int c);
}

/// <summary>A byte a code.</summary>
internal readonly unsafe struct Q8Blocks : IQuantizedBlocks
{
    public const int Size = (16 * 32) + QuantizedScales.Bytes;

    static int IQuantizedBlocks.Size => Size;

    public static int Zero => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<byte> First, Vector256<byte> Second) Load(byte* block, int half, int c) =>
        (Vector256.Load(block + (64 * c) + (32 * half)), Vector256.Load(block + 256 + (64 * c) + (32 * half)));
}

/// <summary>Half a byte a code.</summary>
internal readonly unsafe struct Q4Blocks : IQuantizedBlocks
{
    public const int Size = (8 * 32) + QuantizedScales.Bytes;

    static int IQuantizedBlocks.Size => Size;

    public static int Zero => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<byte> First, Vector256<byte> Second) Load(byte* block, int half, int c)
    {
        var both = Vector256.Load(block + (64 * c) + (32 * half));
        var lower = Vector256.Create((byte)0x0F);
        return (both & lower, Vector256.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & lower);
    }
}

/// <summary>The scales of a block: bf16, sixteen of them, behind the codes.</summary>
internal static unsafe class QuantizedScales
{
    /// <summary>Bytes of a block's scales.</summary>
    public const int Bytes = 16 * sizeof(ushort);

    /// <summary>Eight scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* scales)
    {
        var bits = Vector128.Load((ushort*)scales);
        var wide = Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bits) : Vector256.Create(Vector128.WidenLower(bits), Vector128.WidenUpper(bits)).AsInt32();
        return Vector256.ShiftLeft(wide, 16).AsSingle();
    }
}
