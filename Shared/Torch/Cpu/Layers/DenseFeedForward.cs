using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>down(act(gate) * up), or down(act(up)) where there is no gate.</summary>
internal sealed class DenseFeedForward : IFeedForward
{
    private readonly DecoderSpec _spec;
    private readonly CpuLinear _up;     // with the gate before it, where there is one
    private readonly CpuLinear _down;
    private readonly RowBuffer _inner;
    private readonly CpuNorm _norm;
    private readonly NormWeight? _subNorm;

    /// <param name="spec">The model.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="inner">Memory for rows of the layer's inner width, shared with the other layers.</param>
    /// <param name="norm">Computes RMS norms.</param>
    public DenseFeedForward(DecoderSpec spec, CpuLayerFactory weights, int layer, RowBuffer inner, CpuNorm norm)
    {
        (_spec, _inner, _norm) = (spec, inner, norm);
        var (names, hidden, width, bias) = (spec.Names, spec.HiddenSize, spec.FeedForwardSizeOf(layer), spec.FeedForwardBias);
        _up = spec.Gated
            ? weights.Linear(hidden, bias, (names.Gate(layer), width), (names.Up(layer), width))
            : weights.Linear(hidden, bias, (names.Up(layer), width));
        _down = weights.Linear(width, bias, (names.Down(layer), hidden));
        _subNorm = spec.SubNorms ? new(weights.Elements(spec.NormOffset, names.FeedForwardSubNorm(layer), width)) : null;
    }

    public void Forward(RowBuffer input, RowBuffer output, RowSplit rows)
    {
        Expand(input, rows);
        _down.Forward(_inner, output, rows);
    }

    public void AddTo(RowBuffer input, RowBuffer residual, RowSplit rows)
    {
        Expand(input, rows);
        _down.AddTo(_inner, residual, rows);
    }

    private void Expand(RowBuffer input, RowSplit rows)
    {
        if (_spec.Gated)
        {
            _up.Gate(input, _inner, rows, _spec.Activation);
        }
        else
        {
            _up.Activate(input, _inner, rows, _spec.Activation);
        }

        if (_subNorm is not null)
        {
            _norm.Forward(_inner, _subNorm, _inner, rows.Count);
        }
    }
}
