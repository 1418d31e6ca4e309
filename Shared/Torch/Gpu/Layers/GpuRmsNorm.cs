using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// RMS norm in tensor operations: source / sqrt(mean(source²) + epsilon) * weight over the last dimension, computed in f32. libtorch has
/// one kernel for it, which TorchSharp does not expose; where that cannot be called, it is eight.
/// </summary>
internal sealed class GpuRmsNorm(float epsilon, bool fused)
{
    private const string Operator = "aten::_fused_rms_norm";

    /// <summary>Takes the one kernel where it can be called on the device with this type.</summary>
    public static GpuRmsNorm For(float epsilon, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        return new(epsilon, TryFused(ones([2, 8], type, device), ones([8], type, device), epsilon) is not null);
    }

    /// <summary>Norms each last dimension. The caller's scope owns what it makes.</summary>
    public Tensor Forward(Tensor source, Tensor weight)
    {
        if (fused)
        {
            return TryFused(source, weight, epsilon) ?? throw new InvalidOperationException($"libtorch refused {Operator}, which it took at the start.");
        }

        var wide = source.to_type(ScalarType.Float32);
        var scale = (wide.square().mean([-1], keepdim: true) + epsilon).rsqrt();
        return (wide * scale * weight).to_type(source.dtype);
    }

    private static Tensor? TryFused(Tensor source, Tensor weight, float epsilon) => new OperatorCall(Operator)
        .Tensor(source).Integers(source.shape[^1]).OptionalTensor(weight).OptionalDouble(epsilon).TryInvoke(results: 2)?[0];
}
