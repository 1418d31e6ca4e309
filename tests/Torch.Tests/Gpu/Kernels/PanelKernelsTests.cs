using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Cpu.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Kernels;

/// <summary>Products with packed matrices that the CPU's quantizer made, on ILGPU's CPU accelerator, against products with their elements.</summary>
public sealed class PanelKernelsTests : IDisposable
{
    private readonly CpuKernelDevice _device = new();
    private readonly DisposableStack _parts = new();

    public PanelKernelsTests() => NativeTorch.Load();

    public static TheoryData<int, ScalarType> Formats => new()
    {
        { 8, ScalarType.Float32 }, { 4, ScalarType.Float32 },
        { 8, ScalarType.BFloat16 }, { 4, ScalarType.BFloat16 },
        { 8, ScalarType.Float16 }, { 4, ScalarType.Float16 },
    };

    public void Dispose()
    {
        _parts.Dispose();
        _device.Dispose();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Multiply_ManySizes_AgreesWithTheMatrixElements(int bits, ScalarType type)
    {
        var kernels = new PanelKernels(_device, type, CPU, 64 * 320, _parts);
        (int Outputs, int Inner, int Rows)[] sizes =
            [(1, 32, 1), (40, 160, 1), (33, 96, 2), (17, 64, 5), (16, 64, 8), (40, 160, 9), (23, 33, 1), (130, 320, 12), (5, 64, 0)];
        foreach (var (outputs, inner, rows) in sizes)
        {
            using var scope = NewDisposeScope();
            using var matrix = new TestMatrix(bits == 8 ? QuantizedFormat.Q8 : QuantizedFormat.Q4, outputs, inner);
            var panels = DevicePanels.Place([Packed(matrix)], CPU, _parts);
            var input = randn(rows, inner).to_type(type);
            var bias = rows % 2 == 1 ? randn(outputs).to_type(type) : null;

            var actual = kernels.Multiply(panels, input, bias);

            var (wide, elements) = (input.to_type(ScalarType.Float64), tensor(matrix.Dequantized()).view(outputs, inner).to_type(ScalarType.Float64));
            var product = wide.matmul(elements.t());
            var expected = bias is null ? product : product + bias.to_type(ScalarType.Float64);
            Assert.Equal(type, actual.dtype);
            AssertClose(expected, actual, type, wide.abs().matmul(elements.abs().t()) + expected.abs());    // the bias is in the latter
        }

        Assert.Equal(5, _device.Launches[nameof(PanelKernel.Multiply)]);    // the others went by the matrix in elements
        Assert.InRange(_device.Launches[nameof(PanelKernel.Dequantize)], 5, 9);    // in parts that fit the scratch
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Gather_Rows_AreTheMatrixElements(int bits, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var kernels = new PanelKernels(_device, type, CPU, 1, _parts);
        using var matrix = new TestMatrix(bits == 8 ? QuantizedFormat.Q8 : QuantizedFormat.Q4, 35, 70);
        var ids = tensor(new long[] { 34, 0, 15, 16, 34 });

        var gathered = kernels.Gather(DevicePanels.Place([Packed(matrix)], CPU, _parts), ids);

        var expected = tensor(matrix.Dequantized()).view(35, 70).index_select(0, ids);
        AssertClose(expected, gathered, type, expected.abs());
    }

    [Fact]
    public void Place_SeveralMatrices_AreOneBelowTheOther()
    {
        using var scope = NewDisposeScope();
        var kernels = new PanelKernels(_device, ScalarType.Float32, CPU, 64 * 96, _parts);
        using var first = new TestMatrix(QuantizedFormat.Q4, 32, 96);
        using var second = new TestMatrix(QuantizedFormat.Q4, 21, 96, [.. Enumerable.Range(0, 21 * 96).Select(i => (i % 13) - 6f)]);
        PackedPanels[] matrices = [Packed(first), Packed(second)];
        var input = randn(3, 96);

        Assert.True(DevicePanels.AreWhole(matrices));
        Assert.False(DevicePanels.AreWhole([matrices[1], matrices[0]]));
        var product = kernels.Multiply(DevicePanels.Place(matrices, CPU, _parts), input, bias: null);

        var elements = cat([tensor(first.Dequantized()).view(32, 96), tensor(second.Dequantized()).view(21, 96)], 0);
        AssertClose(input.matmul(elements.t()), product, ScalarType.Float32, input.abs().matmul(elements.abs().t()));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    public void PackedPanels_AreAsLargeAsTheCpusMatrices(int bits)
    {
        var format = bits == 8 ? QuantizedFormat.Q8 : QuantizedFormat.Q4;
        var panels = new PackedPanels(bits, 45, 100, 0);

        Assert.Equal(QuantizedMatrix.BytesOf(format, 45, 100), panels.ByteCount);
        Assert.Equal(QuantizedMatrix.BlockBytes(format), panels.BlockBytes);
        Assert.Equal(panels.BlockBytes, 16 * (bits == 8 ? Q8PanelBlocks.Units : Q4PanelBlocks.Units));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Probe_OfRightKernels_FindsNothing(ScalarType type) =>
        PanelProbe.Check(new PanelKernels(_device, type, CPU, 64 * 320, _parts), type, CPU);

    [Fact]
    public void Probe_OfKernelsThatDoNothing_SaysWhich()
    {
        var kernels = new PanelKernels(new IdleKernelDevice(), ScalarType.Float32, CPU, 64 * 320, _parts);

        var failure = Assert.Throws<KernelException>(() => PanelProbe.Check(kernels, ScalarType.Float32, CPU));

        Assert.Equal("the kernel for a product of 1 rows in q8 computes other values", failure.Message);
    }

    private static PackedPanels Packed(TestMatrix matrix) =>
        new(matrix.Matrix.Format == QuantizedFormat.Q8 ? 8 : 4, matrix.Matrix.Outputs, matrix.Matrix.Inner, matrix.Matrix.Start);

    /// <summary>Elements may differ by some roundings of the type, of what was summed up for them.</summary>
    private static void AssertClose(Tensor expected, Tensor actual, ScalarType type, Tensor magnitudes)
    {
        var tolerance = type switch { ScalarType.BFloat16 => 1.0 / 128, ScalarType.Float16 => 1.0 / 1024, _ => 1e-6 };
        var excess = actual.to_type(ScalarType.Float64).sub(expected.to_type(ScalarType.Float64)).abs().sub(magnitudes.add(1e-6).mul(tolerance));
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(excess.NumberOfElements == 0 || excess.max().ToDouble() <= 0, $"{string.Join("x", expected.shape)} errs too much");
    }
}
