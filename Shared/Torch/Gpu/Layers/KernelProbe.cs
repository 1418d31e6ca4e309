using Rill.Models;
using Rill.Torch.Gpu.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Tries our kernels at load, each once on random numbers in the model's shapes, against the plain form.</summary>
internal static class KernelProbe
{
    private const int Rows = 3;
    private const int Slots = 5;

    /// <summary>What a step of the model's layers goes by: our kernels, where they can be loaded and agree; a sentence tells where not.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="place">Where it runs.</param>
    /// <param name="plain">The plain form.</param>
    public static IFusedKernels Choose(DecoderSpec spec, ScalarType type, GpuPlace place, IFusedKernels plain)
    {
        if (place.Kernels is not { } device)
        {
            return plain;
        }

        try
        {
            var fused = new FusedKernels(device, type, spec.NormEpsilon, plain);
            if (Difference(spec, type, place, fused, plain) is not { } step)
            {
                return fused;
            }

            place.Report($"Layers run in plain tensor operations: our kernel for {step} computes other values.");
        }
        catch (KernelException failure)
        {
            place.Report($"Layers run in plain tensor operations: {failure.Message}.");
        }

        return plain;
    }

    /// <summary>The step in which two forms differ; null for none.</summary>
    public static string? Difference(DecoderSpec spec, ScalarType type, GpuPlace place, IFusedKernels actual, IFusedKernels expected)
    {
        using var scope = NewDisposeScope();
        var tolerance = type switch { ScalarType.BFloat16 => 0.03, ScalarType.Float16 => 4e-3, _ => 1e-4 };
        (string Step, Func<IFusedKernels, Tensor> Compute)[] steps =
        [
            ("additions and norms", AddAndNorm(spec, type, place.Device)),
            ("gates", Gate(spec, type, place.Device)),
            ("rotations", RotateAndWrite(spec, type, place.Device)),
            ("the highest logit", Highest(spec, place.Device)),
        ];
        return steps.FirstOrDefault(step => !AreClose(step.Compute(actual), step.Compute(expected), tolerance)).Step;
    }

    private static Func<IFusedKernels, Tensor> AddAndNorm(DecoderSpec spec, ScalarType type, Device device)
    {
        var (hidden, branch) = (Random(type, device, Rows, spec.HiddenSize), Random(type, device, Rows, spec.HiddenSize));
        var weight = Random(GpuNorm.WeightType(spec, type), device, spec.HiddenSize);
        return kernels =>
        {
            var sum = hidden.clone();
            var normed = kernels.AddNorm(sum, branch, spec.ResidualScale, weight, target: null);
            return cat([sum, normed], 1);
        };
    }

    private static Func<IFusedKernels, Tensor> Gate(DecoderSpec spec, ScalarType type, Device device)
    {
        var gateUp = Random(type, device, Rows, 2L * Math.Max(1, spec.FeedForwardSize));
        return kernels => kernels.Gate(spec.Activation, gateUp);
    }

    private static Func<IFusedKernels, Tensor> RotateAndWrite(DecoderSpec spec, ScalarType type, Device device)
    {
        var (heads, shared, width) = (spec.HeadCount, spec.KeyValueHeadCount, spec.HeadDim);
        if (spec.Rotaries.OfType<RotarySpec>().FirstOrDefault() is not { } rotary)
        {
            return _ => zeros([1], type, device);
        }

        using var kind = new GpuRotary(rotary, width, device);
        var rotation = kind.At(tensor(new long[] { 0, 7, 300 }, device: device));
        var split = Random(type, device, Rows, heads + (2 * shared), width);
        var rows = tensor(new long[] { 4, 0, 2 }, device: device);
        return kernels =>
        {
            var cache = zeros([Slots, 2, shared * width], type, device);
            var queries = kernels.RotateAndWrite(
                rotation, split.narrow(1, 0, heads + shared), split.narrow(1, heads + shared, shared),
                new(cache.select(1, 0), cache.select(1, 1), rows));
            return cat([queries.flatten(), cache.flatten()], 0);
        };
    }

    private static Func<IFusedKernels, Tensor> Highest(DecoderSpec spec, Device device)
    {
        var logits = Random(ScalarType.Float32, device, Rows, spec.VocabularySize);
        logits.narrow(0, 1, 1).fill_(float.NegativeInfinity);
        return kernels => kernels.Highest(logits);
    }

    private static Tensor Random(ScalarType type, Device device, params long[] shape) => randn(shape, ScalarType.Float32, device).to_type(type);

    private static bool AreClose(Tensor actual, Tensor expected, double tolerance)
    {
        var (first, second) = (actual.to_type(ScalarType.Float64), expected.to_type(ScalarType.Float64));
        return first.sub(second).abs().le(second.abs().add(1).mul(tolerance)).all().to(CPU).ToBoolean();
    }
}
