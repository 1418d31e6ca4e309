namespace Rill.Torch.Decoding;

/// <summary>
/// A weight matrix [outputs, inner] in the panels of the CPU's kernels, q8 or q4, on the host: sixteen outputs side by side are a panel, a
/// panel is its blocks of 32 inner elements, and a block is the codes of its outputs, then their bf16 scales.
/// </summary>
/// <param name="Bits">Of a code: 8 or 4.</param>
/// <param name="Outputs">Rows of the matrix.</param>
/// <param name="Inner">Columns of the matrix.</param>
/// <param name="Start">The first panel.</param>
internal sealed record PackedPanels(int Bits, int Outputs, int Inner, nint Start)
{
    /// <summary>Outputs of a panel.</summary>
    public const int PanelOutputs = 16;

    /// <summary>Inner elements of a block.</summary>
    public const int BlockInner = 32;

    private const int ScaleBytes = 2;

    /// <summary>Number of panels.</summary>
    public int Panels => (Outputs + PanelOutputs - 1) / PanelOutputs;

    /// <summary>Blocks of a panel.</summary>
    public int Blocks => (Inner + BlockInner - 1) / BlockInner;

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes => PanelOutputs * ((BlockInner * Bits / 8) + ScaleBytes);

    /// <summary>Bytes of the whole matrix.</summary>
    public long ByteCount => (long)Panels * Blocks * BlockBytes;
}
