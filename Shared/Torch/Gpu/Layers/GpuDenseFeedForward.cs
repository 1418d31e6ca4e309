using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>down(act(gate) * up), or down(act(up)) where there is no gate.</summary>
internal sealed class GpuDenseFeedForward : IGpuFeedForward
{
    private readonly DecoderSpec _spec;
    private readonly GpuNorm _norm;
    private readonly (Tensor Weight, Tensor? Bias) _up;     // with the gate before it, where there is one
    private readonly (Tensor Weight, Tensor? Bias) _down;
    private readonly Tensor? _subNorm;

    /// <param name="spec">The model.</param>
    /// <param name="weights">Brings weights to the device.</param>
    /// <param name="norm">Computes norms.</param>
    /// <param name="layer">The layer's number.</param>
    public GpuDenseFeedForward(DecoderSpec spec, DeviceWeights weights, GpuNorm norm, int layer)
    {
        (_spec, _norm) = (spec, norm);
        var (names, hidden, width, bias) = (spec.Names, spec.HiddenSize, spec.FeedForwardSize, spec.FeedForwardBias);
        _up = spec.Gated
            ? weights.Linear(hidden, bias, (names.Gate(layer), width), (names.Up(layer), width))
            : weights.Linear(hidden, bias, (names.Up(layer), width));
        _down = weights.Linear(width, bias, (names.Down(layer), hidden));
        _subNorm = spec.SubNorms ? weights.NormWeight(spec, names.FeedForwardSubNorm(layer), width) : null;
    }

    public Tensor Forward(Tensor input, bool hasFixedShapes)
    {
        var up = nn.functional.linear(input, _up.Weight, _up.Bias);
        var inner = _spec.Gated ? GpuActivation.Gate(_spec.Activation, up) : GpuActivation.Apply(_spec.Activation, up);
        return nn.functional.linear(_subNorm is null ? inner : _norm.Rms(inner, _subNorm), _down.Weight, _down.Bias);
    }
}
