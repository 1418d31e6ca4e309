using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Several residual streams, of which the layers compute on the first: see <see cref="AltUpSpec"/>.</summary>
internal sealed unsafe class AltUp : ILayerFrame, IDisposable
{
    private const float LeastSquare = 1e-5f;    // of a projected stream's mean square, which divides

    private readonly AltUpSpec _spec;
    private readonly ThreadTeam _team;
    private readonly PerLayerInputs _inputs;
    private readonly AltUpRouter _router;
    private readonly CpuLinear[] _project;
    private readonly CpuLinear[] _unembed;
    private readonly WeightVector[]? _correctedScales;    // by layer
    private readonly RowBuffer _residual;
    private readonly RowBuffer _branch;
    private readonly RowBuffer[] _streams;
    private readonly RowBuffer _predictions;    // [row, stream, hidden]
    private int _layer;

    /// <param name="spec">The model.</param>
    /// <param name="altUp">Its streams.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="inputs">The per-layer inputs, the caller's.</param>
    /// <param name="residual">What the layers compute on.</param>
    /// <param name="branch">Memory for rows of its width, which is free between layers.</param>
    /// <param name="team">The threads.</param>
    public AltUp(
        DecoderSpec spec, AltUpSpec altUp, CpuLayerFactory weights, PerLayerInputs inputs, RowBuffer residual, RowBuffer branch, ThreadTeam team)
    {
        (_spec, _inputs, _residual, _branch, _team) = (altUp, inputs, residual, branch, team);
        var (names, hidden) = (spec.Names.AltUp, spec.HiddenSize);
        _router = new(spec, altUp, weights, team);
        _project = [.. Others().Select(stream => weights.Linear(hidden, bias: false, ($"{names.ProjectionPrefix}{stream - 1}", hidden)))];
        _unembed = [.. Others().Select(stream => weights.Linear(hidden, bias: false, ($"{names.UnembedPrefix}{stream - 1}", hidden)))];
        _correctedScales = altUp.ScalesCorrected
            ? [.. Enumerable.Range(0, spec.LayerCount).Select(layer => weights.Elements(0, spec.Names.Of(layer, names.CorrectedScaleSuffix), hidden))]
            : null;
        _streams = [.. Enumerable.Range(0, altUp.Streams).Select(_ => new RowBuffer(hidden))];
        _predictions = new(altUp.Streams * hidden);
    }

    private int Width => _residual.Width;

    public void Open(TokenRow[] tokens, RowSplit rows)
    {
        Array.ForEach(_streams, stream => stream.Ensure(rows.Count));
        _predictions.Ensure(rows.Count);
        _inputs.Begin(tokens, _residual, rows);
        foreach (var stream in Others())
        {
            _project[stream - 1].Forward(_residual, _streams[stream], rows);
        }

        Run(rows, row =>
        {
            RowKernels.Copy(_residual.Row(row), _streams[0].Row(row), Width);
            foreach (var stream in Others())
            {
                ScaleLike(_residual.Row(row), _streams[stream].Row(row));
            }
        });
    }

    public void Enter(int layer, RowSplit rows)
    {
        _layer = layer;
        _router.Predict(layer, _streams[0], rows.Count);
        Run(rows, row =>
        {
            for (var stream = 0; stream < _spec.Streams; stream++)
            {
                Predict(row, stream);
            }

            RowKernels.Copy(_predictions.Row(row), _residual.Row(row), Width);
        });
    }

    public void Leave(int layer, RowSplit rows)
    {
        _router.Correct(layer, _residual, rows.Count);
        Run(rows, Correct);
        _inputs.Forward(layer, _branch, _branch, rows);
        Run(rows, row =>
        {
            foreach (var stream in Others())
            {
                RowKernels.Add<Float32Elements>(_streams[stream].Row(row), _branch.Row(row), Width);
            }
        });
    }

    public void Close(RowSplit rows)
    {
        Run(rows, row => RowKernels.Copy(_streams[0].Row(row), _residual.Row(row), Width));
        foreach (var stream in Others())
        {
            _unembed[stream - 1].Forward(_streams[stream], _branch, rows);
            Run(rows, row =>
            {
                ScaleLike(_streams[0].Row(row), _branch.Row(row));
                RowKernels.Add<Float32Elements>(_residual.Row(row), _branch.Row(row), Width);
            });
        }

        Run(rows, row => RowKernels.Scale(_residual.Row(row), 1f / _spec.Streams, _residual.Row(row), Width));
    }

    public void Dispose()
    {
        _router.Dispose();
        _predictions.Dispose();
        Array.ForEach(_streams, stream => stream.Dispose());
    }

    private IEnumerable<int> Others() => Enumerable.Range(1, _spec.Streams - 1);

    private void Run(RowSplit rows, Action<int> row) => _team.Run(rows.Count, 2L * rows.Count * _predictions.Width, row);

    /// <summary>A stream's prediction: itself and a combination of all streams.</summary>
    private void Predict(int row, int stream)
    {
        var prediction = Prediction(row, stream);
        RowKernels.Copy(_streams[stream].Row(row), prediction, Width);
        for (var other = 0; other < _spec.Streams; other++)
        {
            RowKernels.AddScaled(prediction, _streams[other].Row(row), _router.Prediction(row, stream, other), Width);
        }
    }

    /// <summary>Corrects a row's streams, and prepares what per-layer inputs see of the first.</summary>
    private void Correct(int row)
    {
        var change = _residual.Row(row);
        RowKernels.AddScaled(change, Prediction(row, 0), -1, Width);
        for (var stream = 0; stream < _spec.Streams; stream++)
        {
            var corrected = _streams[stream].Row(row);
            RowKernels.Copy(Prediction(row, stream), corrected, Width);
            RowKernels.AddScaled(corrected, change, 1 + _router.Correction(row, stream), Width);
        }

        RowKernels.Copy(_streams[0].Row(row), _branch.Row(row), Width);
        if (_correctedScales is not null)
        {
            RowKernels.Multiply(_branch.Row(row), _correctedScales[_layer].Values, _branch.Row(row), Width);
        }
    }

    private float* Prediction(int row, int stream) => _predictions.Row(row) + ((nint)stream * Width);

    /// <summary>Gives a row the root mean square of another.</summary>
    private void ScaleLike(float* model, float* row)
    {
        var square = MathF.Max(RowKernels.Dot<Float32Elements>(row, row, Width) / Width, LeastSquare);
        RowKernels.Scale(row, MathF.Sqrt(RowKernels.Dot<Float32Elements>(model, model, Width) / Width) / MathF.Sqrt(square), row, Width);
    }
}
