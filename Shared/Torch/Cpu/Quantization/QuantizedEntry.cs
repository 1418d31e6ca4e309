using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>One quantized matrix and its place.</summary>
/// <param name="Name">The tensor's name in the model's files.</param>
/// <param name="Format">Its format.</param>
/// <param name="Outputs">Rows of the matrix.</param>
/// <param name="Inner">Columns of the matrix.</param>
/// <param name="Offset">Its first byte, from the begin of all matrices.</param>
internal sealed record QuantizedEntry(string Name, QuantizedFormat Format, int Outputs, int Inner, long Offset)
{
    /// <summary>Bytes of the matrix.</summary>
    public long ByteCount => QuantizedMatrix.BytesOf(Format, Outputs, Inner);

    /// <summary>The matrix, where all of them begin at <paramref name="start"/>.</summary>
    public QuantizedMatrix At(nint start) => new(Format, Outputs, Inner, start + (nint)Offset);
}
