using ILGPU;
using Rill.Models;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>What a gated feed-forward does between its projections; the formulas are at <see cref="Activation"/>.</summary>
internal static class GateKernel
{
    private const float ClampLimit = 7f;
    private const float ClampSlope = 1.702f;
    private const float RootOfTwoByPi = 0.7978845608f;
    private const float RootOfHalf = 0.7071067812f;

    /// <summary>target = act(gate) * up, an element for each thread.</summary>
    /// <param name="gateUp">The gate, then what it multiplies, side by side, [rows, 2 width].</param>
    /// <param name="target">[rows, width].</param>
    /// <param name="count">Elements of the target.</param>
    /// <param name="width">Elements of its row.</param>
    /// <param name="activation">An <see cref="Activation"/>'s number.</param>
    public static void Gate<T>(ArrayView<T> gateUp, ArrayView<T> target, long count, int width, int activation)
        where T : unmanaged, IKernelElement<T>
    {
        var i = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < count)
        {
            var row = i / width;
            var gate = gateUp[i + (row * width)].Value;
            var up = gateUp[i + ((row + 1) * width)].Value;
            target[i] = T.Of(Product(activation, gate, up));
        }
    }

    private static float Product(int activation, float gate, float up)
    {
        if (activation == (int)Activation.Silu)
        {
            return gate * KernelMath.Sigmoid(gate) * up;
        }

        if (activation == (int)Activation.GeluTanh)
        {
            return 0.5f * gate * (1f + KernelMath.Tanh(RootOfTwoByPi * (gate + (0.044715f * gate * gate * gate)))) * up;
        }

        if (activation == (int)Activation.GeluErf)
        {
            return 0.5f * gate * (1f + KernelMath.Erf(gate * RootOfHalf)) * up;
        }

        if (activation == (int)Activation.SquaredRelu)
        {
            return gate > 0f ? gate * gate * up : 0f * up;
        }

        var low = gate > ClampLimit ? ClampLimit : gate;
        var bounded = up > ClampLimit ? ClampLimit : up < -ClampLimit ? -ClampLimit : up;
        return low * KernelMath.Sigmoid(ClampSlope * low) * (bounded + 1f);
    }
}
