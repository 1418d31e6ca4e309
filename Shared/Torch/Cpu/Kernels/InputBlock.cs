using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>32 elements of an input row: element = code * scale. What a tile needs of an input lies in one place, behind one address.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InputBlock
{
    /// <summary>-127 to 127.</summary>
    public fixed sbyte Codes[QuantizedMatrix.BlockInner];

    /// <summary>The largest absolute value of the elements, divided by 127.</summary>
    public float Scale;

    /// <summary>-8 times the sum of the codes: what the sum of products with codes of q4 is too large by, negated; of q8, sixteen times that.</summary>
    public int Offset;

    /// <summary>The block at a distance in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static InputBlock* At(InputBlock* block, nint bytes) => (InputBlock*)((byte*)block + bytes);

    /// <summary>Codes 4c to 4c + 3. By way of the block's own address: that of the field would be checked for null in every loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Four(InputBlock* block, nint c) => ((int*)block)[c];
}
