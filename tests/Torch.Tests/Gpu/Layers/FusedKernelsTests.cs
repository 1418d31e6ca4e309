using Rill.Models;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Gpu.Kernels;
using Rill.Torch.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>Our kernels, on ILGPU's CPU accelerator over tensors' memory, against the same steps in tensor operations.</summary>
public sealed class FusedKernelsTests : IDisposable
{
    private const double Scale = 0.7;

    private static readonly (int Rows, int Heads, int Shared, int Width, int? Rotated)[] s_heads =
        [(1, 1, 1, 2, null), (3, 6, 2, 8, null), (2, 4, 1, 80, 20), (0, 2, 2, 8, null)];

    private readonly TinyModel _model = new();
    private readonly CpuKernelDevice _device = new();

    public FusedKernelsTests() => NativeTorch.Load();

    public static TheoryData<ScalarType> Types => [ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16];

    public void Dispose()
    {
        _device.Dispose();
        _model.Dispose();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void AddNorm_ManySizes_AgreesWithTensorOperations(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (fused, _) = Both(type);
        foreach (var (rows, width) in (ReadOnlySpan<(int, int)>)[(1, 1), (1, 48), (3, 65), (2, 2049), (0, 48)])
        {
            foreach (var weightType in (ScalarType[])[type, ScalarType.Float32])
            {
                var (hidden, branch, weight) = (Random(type, rows, width), Random(type, rows, width), Random(weightType, width));
                var (expectedSum, actualSum, target) = (hidden.clone(), hidden.clone(), zeros_like(hidden));

                var reference = new PlainKernels(new GpuNorm(_model.Spec, weightType, fused: false));
                var expected = reference.AddNorm(expectedSum, branch, Scale, weight, target: null);
                var actual = fused.AddNorm(actualSum, branch, Scale, weight, target);

                AssertClose(expectedSum, actualSum, type);
                AssertClose(expected, actual, type);
                AssertClose(expected, target, type);
            }
        }

        Assert.Equal(8, _device.Launches[nameof(NormKernel.AddNorm)]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Gate_EveryActivation_AgreesWithTensorOperations(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (fused, plain) = Both(type);
        foreach (var activation in Enum.GetValues<Activation>())
        {
            foreach (var (rows, width) in (ReadOnlySpan<(int, int)>)[(1, 1), (3, 65), (2, 200), (0, 8)])
            {
                var gateUp = Random(type, rows, 2 * width).mul_(4);

                AssertClose(plain.Gate(activation, gateUp), fused.Gate(activation, gateUp), type);
            }
        }

        var extremes = tensor(new[] { -100f, -20, -1e-4f, 0, 1e-4f, 20, 100, 1, 1, 1, 1, 1, 1, 1 }).view(1, 14).to_type(type);
        AssertClose(plain.Gate(Activation.Silu, extremes), fused.Gate(Activation.Silu, extremes), type);
        Assert.Equal((3 * Enum.GetValues<Activation>().Length) + 1, _device.Launches[nameof(GateKernel.Gate)]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void RotateAndWrite_EveryPairing_AgreesWithTensorOperations(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (fused, plain) = Both(type);
        foreach (var interleaved in (bool[])[false, true])
        {
            foreach (var (rows, heads, shared, width, rotated) in s_heads)
            {
                using var rotary = new GpuRotary(new RotarySpec(10_000) { Interleaved = interleaved, Dimensions = rotated }, width, CPU);
                var rotation = rotary.At(arange(rows, ScalarType.Int64) * 37);
                var split = Random(type, rows, heads + (2 * shared), width);
                var places = tensor(new long[] { 4, 1, 3 }).narrow(0, 0, rows);
                var (expectedCache, actualCache) = (zeros([6, 3, 2, shared * width], type), zeros([6, 3, 2, shared * width], type));

                var expected = Rotate(plain, expectedCache);
                var actual = Rotate(fused, actualCache);

                AssertClose(expected, actual, type);
                AssertClose(expectedCache, actualCache, type);

                Tensor Rotate(IFusedKernels kernels, Tensor cache) => kernels.RotateAndWrite(
                    rotation, split.narrow(1, 0, heads + shared), split.narrow(1, heads + shared, shared),
                    new(cache.select(1, 1).select(1, 0), cache.select(1, 1).select(1, 1), places));    // rows of a layer among others'
            }
        }

        Assert.Equal(6, _device.Launches[nameof(RotaryKernel.RotateAndWrite)]);
    }

    [Fact]
    public void Highest_TiesInfinitiesAndNaN_AgreesWithTensorOperations()
    {
        using var scope = NewDisposeScope();
        var (fused, _) = Both(ScalarType.Float32);
        var logits = rand(9, 777);
        logits[1].fill_(float.NegativeInfinity);
        logits[2, 500] = float.NaN;
        logits[3, 70] = float.PositiveInfinity;
        logits[4].fill_(0.5);
        logits[5, 333] = 3;
        logits[5, 332] = 3;
        logits[6, 776] = 2;
        logits[7].fill_(float.NegativeInfinity);
        logits[7, 64] = -9;

        Assert.Equal(
            [rowOf(0), -1, -1, -1, 0, 332, 776, 64, rowOf(8)], fused.Highest(logits).data<long>().ToArray());
        Assert.Equal([0L, 0], fused.Highest(zeros(2, 1)).data<long>().ToArray());
        Assert.Empty(fused.Highest(zeros(0, 5)).data<long>().ToArray());

        long rowOf(int row) => logits[row].argmax().ToInt64();
    }

    [Fact]
    public void Probe_OfRightKernels_ChoosesThem()
    {
        var reports = new List<string>();

        Assert.IsType<FusedKernels>(Choose(_device, reports));
        Assert.Empty(reports);
    }

    [Fact]
    public void Probe_OfKernelsThatDoNothing_ReportsAndChoosesTensorOperations()
    {
        var reports = new List<string>();

        Assert.IsType<PlainKernels>(Choose(new IdleKernelDevice(), reports));
        Assert.Equal(["Layers run in plain tensor operations: our kernel for additions and norms computes other values."], reports);
    }

    [SkippableFact]
    public void Probe_WithoutADriver_ReportsAndChoosesTensorOperations()
    {
        Skip.If(File.Exists("/proc/driver/nvidia/version"), "There is a driver.");
        var reports = new List<string>();
        using var device = new CudaKernelDevice(0);

        Assert.IsType<PlainKernels>(Choose(device, reports));
        Assert.StartsWith(
            "Layers run in plain tensor operations: the CUDA driver cannot be reached", Assert.Single(reports), StringComparison.Ordinal);
    }

    private IFusedKernels Choose(IKernelDevice device, List<string> reports) => KernelProbe.Choose(
        _model.Spec, ScalarType.BFloat16,
        new(CPU, new PlainDevice(CPU, "a CPU captures nothing"), reports.Add) { Kernels = device },
        new PlainKernels(new GpuNorm(_model.Spec, ScalarType.BFloat16, fused: false)));

    private (IFusedKernels Fused, IFusedKernels Plain) Both(ScalarType type)
    {
        var plain = new PlainKernels(new GpuNorm(_model.Spec, type, fused: false));
        return (new FusedKernels(_device, type, _model.Spec.NormEpsilon, plain), plain);
    }

    private static Tensor Random(ScalarType type, params long[] shape) => randn(shape).to_type(type);

    private static void AssertClose(Tensor expected, Tensor actual, ScalarType type)
    {
        var tolerance = type switch { ScalarType.BFloat16 => 0.02, ScalarType.Float16 => 3e-3, _ => 2e-5 };
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        var wide = expected.to_type(ScalarType.Float64);
        var difference = actual.to_type(ScalarType.Float64).sub(wide).abs();
        Assert.True(difference.le(wide.abs().add(1).mul(tolerance)).all().ToBoolean(), $"{string.Join("x", expected.shape)} errs too much");
    }
}
