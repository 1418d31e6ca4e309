using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>down(act(cut gate) * up), where only gates far above a row's mean are left: see <see cref="DecoderSpec.GateCutoffs"/>.</summary>
internal sealed unsafe class CutoffFeedForward : IFeedForward
{
    private readonly DecoderSpec _spec;
    private readonly float _cutoff;
    private readonly ThreadTeam _team;
    private readonly CpuLinear _gateUp;
    private readonly CpuLinear _down;
    private readonly RowBuffer _products;    // [gate | up]
    private readonly RowBuffer _inner;
    private readonly Action<int> _gate;

    /// <param name="spec">The model.</param>
    /// <param name="cutoff">By how many standard deviations a gate must exceed the mean.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="buffers">Memory shared with the other layers.</param>
    /// <param name="team">The threads.</param>
    public CutoffFeedForward(DecoderSpec spec, float cutoff, CpuLayerFactory weights, int layer, RowBuffers buffers, ThreadTeam team)
    {
        (_spec, _cutoff, _team) = (spec, cutoff, team);
        var (names, hidden, width, bias) = (spec.Names, spec.HiddenSize, spec.FeedForwardSizeOf(layer), spec.FeedForwardBias);
        _gateUp = weights.Linear(hidden, bias, (names.Gate(layer), width), (names.Up(layer), width));
        _down = weights.Linear(width, bias, (names.Down(layer), hidden));
        (_products, _inner) = (buffers.Of(2 * width), buffers.Of(width));
        _gate = Gate;
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
        _gateUp.Forward(input, _products, rows);
        _team.Run(rows.Count, 16L * rows.Count * _inner.Width, _gate);
    }

    private void Gate(int row)
    {
        var gate = _products.Row(row);
        RowKernels.CutBelow(gate, _cutoff, _inner.Width);
        ActivationKernel.Gate<Float32Elements>(_spec.Activation, gate, gate + _inner.Width, _inner.Row(row), _inner.Width);
    }
}
