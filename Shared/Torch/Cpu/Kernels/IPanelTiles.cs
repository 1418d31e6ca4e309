namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// The products of one panel's sixteen outputs with one, four or eight inputs; see <see cref="QuantizedKernel"/> for the formula and the
/// order. They read the panel from memory, which bounds the smaller ones: they ask for what comes next.
/// </summary>
internal unsafe interface IPanelTiles
{
    /// <summary>By one input.</summary>
    /// <param name="block">The panel's first block.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="x">The input's first block.</param>
    /// <param name="target">Sixteen sums.</param>
    static abstract void One(byte* block, nint blocks, InputBlock* x, float* target);

    /// <summary>By four inputs, so that the codes are taken apart once for all of them.</summary>
    /// <param name="block">The panel's first block.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="x">The first input's first block.</param>
    /// <param name="rowBytes">Bytes from one input to the next.</param>
    /// <param name="target">Sixteen sums of the first input, sixteen of the second, and so on.</param>
    static abstract void Four(byte* block, nint blocks, InputBlock* x, nint rowBytes, float* target);

    /// <summary>By eight inputs.</summary>
    /// <inheritdoc cref="Four"/>
    static abstract void Eight(byte* block, nint blocks, InputBlock* x, nint rowBytes, float* target);
}
