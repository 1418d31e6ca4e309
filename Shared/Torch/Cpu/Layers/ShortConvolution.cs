using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>A layer's gated short convolution: see <see cref="ShortConvSpec"/>. The state of a layer is [taps - 1, width].</summary>
internal sealed unsafe class ShortConvolution : IMixer
{
    private const int SliceChannels = 256;

    private readonly ShortConvSpec _spec;
    private readonly int _layer;
    private readonly StateRuns _runs;
    private readonly MixerScratch _scratch;
    private readonly ThreadTeam _team;
    private readonly CpuLinear _input;
    private readonly WeightVector _taps;
    private readonly WeightVector? _bias;
    private readonly int _slices;
    private readonly Action<int> _convolve;

    /// <param name="model">The model.</param>
    /// <param name="spec">The layer's convolution.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="runs">The step's rows by sequence, and their states.</param>
    /// <param name="scratch">Shared with the other layers.</param>
    /// <param name="team">The threads.</param>
    public ShortConvolution(
        DecoderSpec model, ShortConvSpec spec, CpuLayerFactory weights, int layer, StateRuns runs, MixerScratch scratch, ThreadTeam team)
    {
        (_spec, _layer, _runs, _scratch, _team) = (spec, layer, runs, scratch, team);
        var (names, hidden) = (model.Names.ShortConv, model.HiddenSize);
        var convolution = model.Names.Of(layer, names.Convolution);
        _input = weights.Linear(hidden, spec.Bias, (model.Names.Of(layer, names.Input), 3L * spec.Width));
        _taps = weights.Convolution(convolution, spec.Channels, spec.Taps);
        _bias = spec.Bias ? weights.Elements(0, WeightNames.BiasOf(convolution), spec.Channels) : null;
        _slices = (spec.Width + SliceChannels - 1) / SliceChannels;
        Output = weights.Linear(spec.Width, spec.Bias, (model.Names.Of(layer, names.Output), hidden));
        _convolve = Convolve;
    }

    public CpuLinear Output { get; }

    public RowBuffer Mix(RowBuffer input, RowSplit rows)
    {
        _scratch.Ensure(rows.Count);
        _input.Forward(input, _scratch.Projected, rows);
        _team.Run(_runs.Runs.Count * _slices, 8L * rows.Count * _spec.Width, _convolve);
        return _scratch.Mixed;
    }

    /// <summary>One sequence's tokens, some channels.</summary>
    private void Convolve(int piece)
    {
        var (number, slice) = Math.DivRem(piece, _slices);
        var (run, first) = (_runs.Runs[number], slice * SliceChannels);
        var channels = new ConvolutionChannels
        {
            State = _runs.States.Of(run.Slot, _layer) + first,
            Weights = _taps.Values + first,
            Bias = _bias is null ? null : _bias.Values + first,
            Taps = _spec.Taps,
            Stride = _spec.Width,
            Count = Math.Min(SliceChannels, _spec.Width - first),
        };
        if (run.Begins)
        {
            channels.Clear();
        }

        foreach (var row in run.Rows)
        {
            float* before = _scratch.Projected.Row(row) + first, after = before + _spec.Width, input = after + _spec.Width;
            RowKernels.Multiply(before, input, input, channels.Count);
            ConvolutionKernel.Step(channels, input, input);
            RowKernels.Multiply(after, input, _scratch.Mixed.Row(row) + first, channels.Count);
        }
    }
}
