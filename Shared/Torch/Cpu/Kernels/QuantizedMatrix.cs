namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// A weight matrix [outputs, inner] in q8 or q4, over memory that somebody else owns.
/// <para>
/// Sixteen outputs side by side are a panel; a panel is its blocks of 32 inner elements one after the other, and a panel follows the other.
/// A block holds the codes of its sixteen outputs interleaved four by four, so that one vector multiplies sixteen outputs (or eight, or
/// four) with the same four inputs and no sum runs across a vector; then the sixteen scales. In q8 a code is a byte, weight / scale + 128:
/// chunk c (64 bytes) holds elements 4c to 4c + 3 of output 0, the same of output 1, and so on. In q4 it is half a byte, weight / scale + 8:
/// the lower halves of chunk c hold elements 4c to 4c + 3, the upper ones 16 + 4c to 16 + 4c + 3. Outputs are padded to whole panels and
/// inner elements to whole blocks, with weights of zero.
/// </para>
/// </summary>
/// <param name="Format">The format.</param>
/// <param name="Outputs">Rows of the matrix.</param>
/// <param name="Inner">Columns of the matrix.</param>
/// <param name="Start">The first panel.</param>
internal sealed unsafe record QuantizedMatrix(QuantizedFormat Format, int Outputs, int Inner, nint Start)
{
    /// <summary>Outputs of a panel.</summary>
    public const int PanelOutputs = 16;

    /// <summary>Inner elements of a block, which share a scale for each output.</summary>
    public const int BlockInner = 32;

    /// <summary>Changes when the layout or the choice of codes does, so that nobody reads what an earlier version has kept.</summary>
    public const int LayoutVersion = 4;

    /// <summary>Number of panels.</summary>
    public int Panels => Ceiling(Outputs, PanelOutputs);

    /// <summary>Blocks of a panel.</summary>
    public int Blocks => Ceiling(Inner, BlockInner);

    /// <summary>Bytes of a panel.</summary>
    public long PanelBytes => (long)Blocks * BlockBytes(Format);

    /// <summary>Bytes of the whole matrix.</summary>
    public long ByteCount => Panels * PanelBytes;

    /// <summary>Bytes that a matrix takes.</summary>
    public static long BytesOf(QuantizedFormat format, int outputs, int inner) => new QuantizedMatrix(format, outputs, inner, 0).ByteCount;

    /// <summary>Bytes of a block: the codes of sixteen outputs and their scales.</summary>
    public static int BlockBytes(QuantizedFormat format) => format == QuantizedFormat.Q8 ? Q8Blocks.Size : Q4Blocks.Size;

    /// <summary>The address of a panel.</summary>
    public byte* Panel(int panel) => (byte*)Start + (panel * PanelBytes);

    private static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;
}
