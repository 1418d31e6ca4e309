using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>How the blocks of packed panels (see Decoding.PackedPanels) are read: in units of 16 bytes, four outputs each.</summary>
internal interface IPanelBlocks
{
    /// <summary>Units of a block, the two of its scales at its end included.</summary>
    static abstract int Units { get; }

    /// <summary>Units from an output's codes of elements 4c to 4c + 3 to those of elements 16 + 4c to 16 + 4c + 3.</summary>
    static abstract int Second { get; }

    /// <summary>An output's codes of elements 4c to 4c + 3 and 16 + 4c to 16 + 4c + 3, without their zero, from the words that hold them.</summary>
    static abstract Eight Decode(uint first, uint second);
}

/// <summary>A byte a code.</summary>
internal readonly struct Q8PanelBlocks : IPanelBlocks
{
    public static int Units => 34;

    public static int Second => 16;

    public static Eight Decode(uint first, uint second) => new(
        Code(first), Code(first >> 8), Code(first >> 16), Code(first >> 24), Code(second), Code(second >> 8), Code(second >> 16), Code(second >> 24));

    private static float Code(uint word) => Codes.Number(word & 0xFF) - (Codes.Zero + 128f);
}

/// <summary>Half a byte a code: the lower halves of a word are the first elements, the upper ones the second.</summary>
internal readonly struct Q4PanelBlocks : IPanelBlocks
{
    public static int Units => 18;

    public static int Second => 0;

    public static Eight Decode(uint first, uint second) => new(
        Code(first), Code(first >> 8), Code(first >> 16), Code(first >> 24),
        Code(second >> 4), Code(second >> 12), Code(second >> 20), Code(second >> 28));

    private static float Code(uint word) => Codes.Number(word & 0xF) - (Codes.Zero + 8f);
}

/// <summary>Sixteen bytes of codes: a word for each of four outputs.</summary>
internal struct Codes
{
    /// <summary>The float whose last bit counts ones.</summary>
    public const float Zero = 8388608f;    // 2^23

    public uint A;
    public uint B;
    public uint C;
    public uint D;

    /// <summary>2^23 + a number below 2^23: an operation on bits, where a conversion would take a slower unit of the GPU.</summary>
    public static float Number(uint number) => Interop.IntAsFloat(0x4B000000u | number);
}

/// <summary>The scales of four outputs, bf16.</summary>
internal struct Scales
{
    public uint Low;
    public uint High;

    public readonly Four Values => new(
        Interop.IntAsFloat(Low << 16), Interop.IntAsFloat(Low & 0xFFFF0000), Interop.IntAsFloat(High << 16), Interop.IntAsFloat(High & 0xFFFF0000));
}

/// <summary>Four neighbouring elements of a tensor.</summary>
internal struct Quad<T> where T : unmanaged, IKernelElement<T>
{
    public T A;
    public T B;
    public T C;
    public T D;
}
