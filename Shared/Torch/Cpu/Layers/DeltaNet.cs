using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>A layer's gated delta net: see <see cref="DeltaNetSpec"/>. Threads share the heads of all sequences of a step.</summary>
/// <remarks>The state of a layer is the convolution's [taps - 1, channels], then each value head's blocks of columns, [keyWidth, columns].</remarks>
internal sealed unsafe class DeltaNet : IMixer
{
    private const float LengthEpsilon = 1e-6f;    // the class's own, whatever rms_norm_eps says

    private readonly DeltaNetSpec _spec;
    private readonly float _normEpsilon;
    private readonly int _layer;
    private readonly StateRuns _runs;
    private readonly MixerScratch _scratch;
    private readonly ThreadTeam _team;
    private readonly CpuLinear _projections;
    private readonly CpuLinear _beta;
    private readonly CpuLinear _decay;
    private readonly WeightVector _taps;
    private readonly double[] _rates;    // -exp(A)
    private readonly WeightVector _biases;
    private readonly WeightVector _norm;
    private readonly Action<int> _convolve;
    private readonly Action<int> _learn;

    /// <param name="model">The model.</param>
    /// <param name="spec">The layer's delta net.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="runs">The step's rows by sequence, and their states.</param>
    /// <param name="scratch">Shared with the other layers.</param>
    /// <param name="team">The threads.</param>
    public DeltaNet(
        DecoderSpec model, DeltaNetSpec spec, CpuLayerFactory weights, int layer, StateRuns runs, MixerScratch scratch, ThreadTeam team)
    {
        (_spec, _normEpsilon, _layer, _runs, _scratch, _team) = (spec, model.NormEpsilon, layer, runs, scratch, team);
        var (names, hidden) = (model.Names.DeltaNet, model.HiddenSize);
        _projections = weights.Linear(
            hidden, bias: false,
            (Of(names.Query), spec.KeySize), (Of(names.Key), spec.KeySize), (Of(names.Value), spec.ValueSize), (Of(names.Gate), spec.ValueSize));
        _beta = weights.Exact(Of(names.Beta), spec.ValueHeads, hidden, bias: false);
        _decay = weights.Exact(Of(names.Decay), spec.ValueHeads, hidden, bias: false);
        _taps = weights.Convolution(Of(names.Convolution), spec.Channels, spec.Taps);
        _rates = Rates(weights.Elements(0, Of(names.DecayRate), spec.ValueHeads), spec);
        _biases = weights.Elements(0, Of(names.DecayBias), spec.ValueHeads);
        _norm = weights.Elements(0, Of(names.Norm), spec.ValueWidth);
        Output = weights.Linear(spec.ValueSize, bias: false, (Of(names.Output), hidden));
        (_convolve, _learn) = (Convolve, Learn);

        string Of(string name) => model.Names.Of(layer, name);
    }

    public CpuLinear Output { get; }

    private int ConvolvedHeads => (2 * _spec.KeyHeads) + _spec.ValueHeads;

    public RowBuffer Mix(RowBuffer input, RowSplit rows)
    {
        _scratch.Ensure(rows.Count);
        _projections.Forward(input, _scratch.Projected, rows);
        _beta.Forward(input, _scratch.Beta, new(rows.Count, ByTorch: 0));
        _decay.Forward(input, _scratch.Decay, new(rows.Count, ByTorch: 0));
        _team.Run(_runs.Runs.Count * ConvolvedHeads, 8L * rows.Count * _spec.Channels, _convolve);
        _team.Run(_runs.Runs.Count * _spec.ValueHeads, 4L * rows.Count * _spec.ValueSize * _spec.KeyWidth, _learn);
        return _scratch.Mixed;
    }

    /// <summary>One sequence's queries, keys or values of one head, in place: the convolution, silu, and of queries and keys the length.</summary>
    private void Convolve(int piece)
    {
        var (number, head) = Math.DivRem(piece, ConvolvedHeads);
        var (run, keyHeads) = (_runs.Runs[number], 2 * _spec.KeyHeads);
        var isValue = head >= keyHeads;
        var width = isValue ? _spec.ValueWidth : _spec.KeyWidth;
        var first = isValue ? (2 * _spec.KeySize) + ((head - keyHeads) * width) : head * width;
        var channels = new ConvolutionChannels
        {
            State = _runs.States.Of(run.Slot, _layer) + first,
            Weights = _taps.Values + first,
            Bias = null,
            Taps = _spec.Taps,
            Stride = _spec.Channels,
            Count = width,
        };
        if (run.Begins)
        {
            channels.Clear();
        }

        foreach (var row in run.Rows)
        {
            var values = _scratch.Projected.Row(row) + first;
            ConvolutionKernel.Step(channels, values, values);
            ActivationKernel.Apply<Silu, Float32Elements>(values, values, width);
            if (!isValue)
            {
                RowKernels.SetLength(values, head < _spec.KeyHeads ? 1 / MathF.Sqrt(width) : 1, LengthEpsilon, width);
            }
        }
    }

    /// <summary>One sequence's tokens through the state of one value head.</summary>
    private void Learn(int piece)
    {
        var (number, head) = Math.DivRem(piece, _spec.ValueHeads);
        var run = _runs.Runs[number];
        var (size, width) = (_spec.KeyWidth * _spec.ValueWidth, _spec.ValueWidth);
        var state = _runs.States.Of(run.Slot, _layer) + ((_spec.Taps - 1L) * _spec.Channels) + ((long)head * size);
        if (run.Begins)
        {
            new Span<float>(state, size).Clear();
        }

        foreach (var row in run.Rows)
        {
            SetGates(_scratch.Decay.Row(row) + head, _scratch.Beta.Row(row) + head, _rates[head], _biases.Values[head]);
        }

        for (var column = 0; column < width; column += DeltaNetKernel.Columns)
        {
            var columns = Math.Min(DeltaNetKernel.Columns, width - column);
            foreach (var row in run.Rows)
            {
                DeltaNetKernel.Step(StepOf(row, head, column, state + ((nint)column * _spec.KeyWidth)), columns);
            }
        }

        foreach (var row in run.Rows)
        {
            var target = _scratch.Mixed.Row(row) + (head * width);
            RowKernels.RmsNorm(target, _norm.Values, _normEpsilon, target, width);
            ActivationKernel.Gate<Silu, Float32Elements>(_scratch.Projected.Row(row) + _spec.Channels + (head * width), target, target, width);
        }
    }

    private DeltaNetStep StepOf(int row, int head, int column, float* state)
    {
        var projected = _scratch.Projected.Row(row);
        var keyHead = _spec.KeyHeadOf(head) * _spec.KeyWidth;
        return new()
        {
            State = state,
            Query = projected + keyHead,
            Key = projected + _spec.KeySize + keyHead,
            Value = projected + (2 * _spec.KeySize) + (head * _spec.ValueWidth) + column,
            Target = _scratch.Mixed.Row(row) + (head * _spec.ValueWidth) + column,
            KeyWidth = _spec.KeyWidth,
            Decay = _scratch.Decay.Row(row)[head],
            Beta = _scratch.Beta.Row(row)[head],
        };
    }

    private static double[] Rates(WeightVector weights, DeltaNetSpec spec)
    {
        var rates = new double[spec.ValueHeads];
        for (var head = 0; head < rates.Length; head++)
        {
            rates[head] = spec.LogarithmicRates ? -Math.Exp(weights.Values[head]) : weights.Values[head];
        }

        return rates;
    }

    /// <summary>Turns a and b into exp(-exp(A) softplus(a + bias)) and sigmoid(b), in double precision: a state gathers these errors.</summary>
    private static void SetGates(float* decay, float* beta, double rate, float bias)
    {
        var speed = (double)*decay + bias;
        var softplus = speed > 30 ? speed : Math.Log(1 + Math.Exp(speed));    // beyond 30 they are one
        *decay = (float)Math.Exp(rate * softplus);
        *beta = (float)(1 / (1 + Math.Exp(-(double)*beta)));
    }
}
