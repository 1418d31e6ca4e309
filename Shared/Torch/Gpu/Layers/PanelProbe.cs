using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Tries the kernels for packed panels at load, on random codes, against sums in f64 of what the codes say.</summary>
internal static class PanelProbe
{
    private const int Outputs = 40;     // two whole panels and a half
    private const int Inner = 160;      // five blocks, which warps share unevenly

    /// <exception cref="KernelException">They compute other values.</exception>
    public static void Check(PanelKernels kernels, ScalarType type, Device device)
    {
        using var parts = new DisposableStack();
        using var scope = NewDisposeScope();
        var tolerance = type switch { ScalarType.BFloat16 => 0.03, ScalarType.Float16 => 4e-3, _ => 1e-4 };
        foreach (var bits in (int[])[8, 4])
        {
            var (panels, weights) = Random(bits, device, parts);
            foreach (var rows in (int[])[1, 2, PanelKernels.FewRows + 1])
            {
                var input = randn([rows, Inner], ScalarType.Float32, device).to_type(type);
                var expected = input.to_type(ScalarType.Float64).matmul(weights.t());
                var difference = kernels.Multiply(panels, input, bias: null).to_type(ScalarType.Float64).sub(expected).abs();
                Demand(difference.le(expected.abs().add(Math.Sqrt(Inner)).mul(tolerance)), bits, $"a product of {rows} rows");
            }

            var ids = tensor(new long[] { Outputs - 1, 0, 17 }, device: device);
            var gathered = kernels.Gather(panels, ids).to_type(ScalarType.Float64);
            Demand(gathered.sub(weights.index_select(0, ids)).abs().le(tolerance), bits, "rows of a table");
        }
    }

    private static void Demand(Tensor holds, int bits, string what)
    {
        if (!holds.all().to(CPU).ToBoolean())
        {
            throw new KernelException($"the kernel for {what} in q{bits} computes other values");
        }
    }

    /// <summary>A matrix of random codes and of scales that are powers of two, and its elements in f64, [outputs, inner].</summary>
    private static (DevicePanels Panels, Tensor Weights) Random(int bits, Device device, DisposableStack parts)
    {
        var shape = new PackedPanels(bits, Outputs, Inner, 0);
        var random = new Random(bits);
        var bytes = new byte[shape.ByteCount];
        random.NextBytes(bytes);
        var weights = new double[Outputs, Inner];
        for (var block = 0; block < shape.Panels * shape.Blocks; block++)
        {
            var content = bytes.AsSpan(block * shape.BlockBytes, shape.BlockBytes);
            for (var lane = 0; lane < PackedPanels.PanelOutputs; lane++)
            {
                Block(content, bits, lane, weights, (block / shape.Blocks * PackedPanels.PanelOutputs) + lane, block % shape.Blocks, random);
            }
        }

        var placed = parts.Own(tensor(bytes, ScalarType.Byte, device));
        return (new(placed, bits, Outputs, Inner), tensor(weights, device: device));
    }

    /// <summary>Chooses the scale of an output's block and tells its 32 weights.</summary>
    private static void Block(Span<byte> content, int bits, int lane, double[,] weights, int row, int block, Random random)
    {
        var exponent = -random.Next(5, 9) - bits + 8;
        var scale = content[(^(2 * (PackedPanels.PanelOutputs - lane)))..];
        BitConverter.TryWriteBytes(scale, (ushort)((exponent + 127) << 7));    // bf16: 2 to the exponent
        for (var i = 0; i < PackedPanels.BlockInner && row < Outputs; i++)
        {
            var at = (4 * lane) + (i % 4);
            var code = bits == 8
                ? content[(64 * (i / 4)) + at] - 128
                : ((content[(64 * (i / 4 % 4)) + at] >> (i < 16 ? 0 : 4)) & 15) - 8;
            weights[row, (block * PackedPanels.BlockInner) + i] = code * Math.ScaleB(1, exponent);
        }
    }
}
