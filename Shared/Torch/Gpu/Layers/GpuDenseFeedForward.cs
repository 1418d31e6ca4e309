using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>down(act(gate) * up), or down(act(up)) where there is no gate.</summary>
internal sealed class GpuDenseFeedForward : IGpuFeedForward
{
    private readonly DecoderSpec _spec;
    private readonly GpuNorm _norm;
    private readonly IFusedKernels _kernels;
    private readonly IGpuLinear _up;     // with the gate before it, where there is one
    private readonly IGpuLinear _down;
    private readonly Tensor? _subNorm;

    /// <param name="spec">The model.</param>
    /// <param name="linears">Makes linear layers.</param>
    /// <param name="weights">Brings weights to the device.</param>
    /// <param name="norm">Computes norms.</param>
    /// <param name="kernels">Compute what can be fused.</param>
    /// <param name="layer">The layer's number.</param>
    public GpuDenseFeedForward(DecoderSpec spec, GpuLinears linears, DeviceWeights weights, GpuNorm norm, IFusedKernels kernels, int layer)
    {
        (_spec, _norm, _kernels) = (spec, norm, kernels);
        var (names, hidden, width, bias) = (spec.Names, spec.HiddenSize, spec.FeedForwardSize, spec.FeedForwardBias);
        _up = spec.Gated
            ? linears.Load(hidden, bias, (names.Gate(layer), width), (names.Up(layer), width))
            : linears.Load(hidden, bias, (names.Up(layer), width));
        _down = linears.Load(width, bias, (names.Down(layer), hidden));
        _subNorm = spec.SubNorms ? weights.NormWeight(spec, names.FeedForwardSubNorm(layer), width) : null;
    }

    public Tensor Forward(Tensor input, bool hasFixedShapes)
    {
        var up = _up.Forward(input);
        var inner = _spec.Gated ? _kernels.Gate(_spec.Activation, up) : GpuActivation.Apply(_spec.Activation, up);
        return _down.Forward(_subNorm is null ? inner : _norm.Rms(inner, _subNorm));
    }
}
