using Rill.Models;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Norms over the last dimension in tensor operations, computed in f32. libtorch has one kernel for the RMS norm, which TorchSharp does
/// not expose; where that cannot be called, it is eight.
/// </summary>
/// <param name="spec">The model.</param>
/// <param name="type">The type of the norms' weights.</param>
/// <param name="fused">True to call the one kernel.</param>
internal sealed class GpuNorm(DecoderSpec spec, ScalarType type, bool fused)
{
    private const string Operator = "aten::_fused_rms_norm";

    /// <summary>Takes the one kernel where it can be called on the device with the weights' type.</summary>
    public static GpuNorm For(DecoderSpec spec, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var weights = WeightType(spec, type);
        var probed = TryFused(ones([2, 8], weights, device), ones([8], weights, device), spec.NormEpsilon);
        return new(spec, weights, fused: probed is not null);
    }

    /// <summary>The type of norms' weights where the model computes in another: what an offset is added to would lose its last bits in bf16.</summary>
    public static ScalarType WeightType(DecoderSpec spec, ScalarType type) => spec.NormOffset == 0 ? type : ScalarType.Float32;

    /// <summary>A norm over the residual stream, of the model's kind. The caller's scope owns what it makes.</summary>
    public Tensor Forward(Tensor source, NormTensors weights) => spec.Norm == NormKind.Rms
        ? Rms(source, weights.Weight)
        : Narrow(nn.functional.layer_norm(Widen(source), [source.shape[^1]], weights.Weight, weights.Bias, spec.NormEpsilon), source);

    /// <summary>source / sqrt(mean(source²) + epsilon) * weight. The caller's scope owns what it makes.</summary>
    /// <param name="source">Any shape.</param>
    /// <param name="weight">[width]; null for ones.</param>
    public Tensor Rms(Tensor source, Tensor? weight)
    {
        if (fused)
        {
            var normed = TryFused(Widen(source), weight, spec.NormEpsilon)
                ?? throw new InvalidOperationException($"libtorch refused {Operator}, which it took at the start.");
            return Narrow(normed, source);
        }

        var wide = source.to_type(ScalarType.Float32);
        var scaled = wide * (wide.square().mean([-1], keepdim: true) + spec.NormEpsilon).rsqrt();
        return (weight is null ? scaled : scaled * weight).to_type(source.dtype);
    }

    /// <summary>A layer norm over each head with weights of its own.</summary>
    /// <param name="heads">[N, heads, width].</param>
    /// <param name="weight">[heads, width].</param>
    public Tensor LayerOfHeads(Tensor heads, Tensor weight) =>
        (nn.functional.layer_norm(heads.to_type(ScalarType.Float32), [heads.shape[^1]], eps: spec.NormEpsilon) * weight).to_type(heads.dtype);

    private Tensor Widen(Tensor source) => source.dtype == type ? source : source.to_type(type);

    private static Tensor Narrow(Tensor normed, Tensor source) => normed.dtype == source.dtype ? normed : normed.to_type(source.dtype);

    private static Tensor? TryFused(Tensor source, Tensor? weight, float epsilon) => new OperatorCall(Operator)
        .Tensor(source).Integers(source.shape[^1]).OptionalTensor(weight).OptionalDouble(epsilon).TryInvoke(results: 2)?[0];
}
