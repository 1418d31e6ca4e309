using Rill.Torch.Decoding;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>A weight matrix in packed panels on a device, byte for byte as on the host.</summary>
/// <param name="Bytes">uint8.</param>
/// <param name="Bits">Of a code: 8 or 4.</param>
/// <param name="Outputs">Rows of the matrix.</param>
/// <param name="Inner">Columns of the matrix.</param>
internal sealed record DevicePanels(Tensor Bytes, int Bits, int Outputs, int Inner)
{
    /// <summary>Number of panels.</summary>
    public int Panels => Shape.Panels;

    /// <summary>Blocks of a panel.</summary>
    public int Blocks => Shape.Blocks;

    private PackedPanels Shape => new(Bits, Outputs, Inner, 0);

    /// <summary>
    /// Copies matrices over the same input to a device, one below the other: all but the last must be whole panels
    /// (<see cref="AreWhole"/>).
    /// </summary>
    /// <param name="matrices">The matrices; not needed afterwards.</param>
    /// <param name="device">Where to.</param>
    /// <param name="parts">Owns the memory.</param>
    public static DevicePanels Place(IReadOnlyList<PackedPanels> matrices, Device device, DisposableStack parts)
    {
        var bytes = parts.Own(empty([matrices.Sum(matrix => matrix.ByteCount)], ScalarType.Byte, device));
        long first = 0;
        foreach (var matrix in matrices)
        {
            using var target = bytes.narrow(0, first, matrix.ByteCount);
            using var source = TensorMemory.Wrap(matrix.Start, ScalarType.Byte, matrix.ByteCount);
            target.copy_(source);
            first += matrix.ByteCount;
        }

        return new(bytes, matrices[0].Bits, matrices.Sum(matrix => matrix.Outputs), matrices[0].Inner);
    }

    /// <summary>Whether matrices can lie one below the other as one.</summary>
    public static bool AreWhole(IReadOnlyList<PackedPanels> matrices) =>
        matrices.SkipLast(1).All(matrix => matrix.Outputs % PackedPanels.PanelOutputs == 0)
        && matrices.All(matrix => (matrix.Bits, matrix.Inner) == (matrices[0].Bits, matrices[0].Inner));
}
