using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>
/// The coefficients by which streams are predicted and corrected: linear in r(z) = tanh(projection(norm(z) / hidden)), z being the first
/// stream before a layer, and what the layer made of it after.
/// </summary>
internal sealed unsafe class AltUpRouter : IDisposable
{
    private readonly int _streams;
    private readonly CpuNorm _norm;
    private readonly (NormWeight Norm, CpuLinear Router, CpuLinear Prediction, CpuLinear Correction)[] _layers;
    private readonly RowBuffer _normed;
    private readonly RowBuffer _routed;         // [row, stream]
    private readonly RowBuffer _predictions;    // [row, predicted stream, stream]
    private readonly RowBuffer _corrections;    // [row, stream]

    /// <param name="spec">The model.</param>
    /// <param name="altUp">Its streams.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="team">The threads.</param>
    public AltUpRouter(DecoderSpec spec, AltUpSpec altUp, CpuLayerFactory weights, ThreadTeam team)
    {
        _streams = altUp.Streams;
        _norm = new(team, NormKind.Rms, spec.NormEpsilon);
        var (names, hidden) = (spec.Names.AltUp, spec.HiddenSize);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(layer => (
            new NormWeight(weights.Scaled(1f / hidden, spec.Names.Of(layer, names.RouterNormSuffix), hidden)),
            weights.Exact(spec.Names.Of(layer, names.RouterSuffix), _streams, hidden, bias: false),
            weights.Exact(spec.Names.Of(layer, names.PredictionSuffix), _streams * _streams, _streams, bias: false),
            weights.Exact(spec.Names.Of(layer, names.CorrectionSuffix), _streams, _streams, bias: false)))];
        (_normed, _routed, _predictions, _corrections) = (new(hidden), new(_streams), new(_streams * _streams), new(_streams));
    }

    /// <summary>By how much a stream goes into the prediction of another, or of itself.</summary>
    public float Prediction(int row, int predicted, int stream) => _predictions.Row(row)[(predicted * _streams) + stream];

    /// <summary>By how much a stream takes part in the first one's change, less 1.</summary>
    public float Correction(int row, int stream) => _corrections.Row(row)[stream];

    /// <summary>Computes <see cref="Prediction"/> from the first stream.</summary>
    public void Predict(int layer, RowBuffer first, int rows)
    {
        _predictions.Ensure(rows);
        Route(layer, first, rows);
        _layers[layer].Prediction.Forward(_routed, _predictions, new(rows, ByTorch: 0));
    }

    /// <summary>Computes <see cref="Correction"/> from what the layer made of the first stream.</summary>
    public void Correct(int layer, RowBuffer made, int rows)
    {
        _corrections.Ensure(rows);
        Route(layer, made, rows);
        _layers[layer].Correction.Forward(_routed, _corrections, new(rows, ByTorch: 0));
    }

    public void Dispose()
    {
        foreach (var buffer in new[] { _normed, _routed, _predictions, _corrections })
        {
            buffer.Dispose();
        }
    }

    private void Route(int layer, RowBuffer source, int rows)
    {
        _normed.Ensure(rows);
        _routed.Ensure(rows);
        _norm.Forward(source, _layers[layer].Norm, _normed, rows);
        _layers[layer].Router.Forward(_normed, _routed, new(rows, ByTorch: 0));
        for (var row = 0; row < rows; row++)
        {
            foreach (ref var value in new Span<float>(_routed.Row(row), _streams))
            {
                value = MathF.Tanh(value);
            }
        }
    }
}
