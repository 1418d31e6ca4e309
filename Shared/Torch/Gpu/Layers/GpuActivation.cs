using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>What the feed-forward does between its projections; the formulas are at <see cref="Activation"/>.</summary>
internal static class GpuActivation
{
    private const double ClampLimit = 7;
    private const double ClampSlope = 1.702;

    /// <summary>act(gate) * up, or what the activation makes of both. The caller's scope owns what it makes.</summary>
    /// <param name="activation">Which.</param>
    /// <param name="gateUp">The gate, then what it multiplies, side by side in the last dimension, 2 w wide.</param>
    /// <returns>w wide.</returns>
    public static Tensor Gate(Activation activation, Tensor gateUp)
    {
        var (last, width) = (gateUp.dim() - 1, gateUp.shape[^1] / 2);
        var (gate, up) = (gateUp.narrow(last, 0, width), gateUp.narrow(last, width, width));
        return activation == Activation.ClampedSwiglu
            ? Apply(activation, gate).mul_(up.clamp(-ClampLimit, ClampLimit).add_(1))
            : Apply(activation, gate).mul_(up);
    }

    /// <summary>act(source), a new tensor. The caller's scope owns what it makes.</summary>
    public static Tensor Apply(Activation activation, Tensor source)
    {
        switch (activation)
        {
            case Activation.Silu:
                return nn.functional.silu(source);
            case Activation.GeluTanh:
                return nn.functional.gelu(source, TorchSharp.Modules.GELU.Approximate.tanh);
            case Activation.GeluErf:
                return nn.functional.gelu(source);
            case Activation.SquaredRelu:
                return source.relu().square();
            default:
                var gate = source.clamp_max(ClampLimit);
                return (gate * ClampSlope).sigmoid_().mul_(gate);
        }
    }
}
