using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Vectors of a token that each layer gets for itself: see <see cref="PerLayerInputSpec"/>.</summary>
internal sealed unsafe class PerLayerInputs : IDisposable
{
    private const float HalfRoot = 0.70710678f;    // 1 / sqrt(2)

    private readonly DecoderSpec _spec;
    private readonly PerLayerInputSpec _inputs;
    private readonly ThreadTeam _team;
    private readonly CpuNorm _norm;
    private readonly IEmbedding _embedding;
    private readonly CpuLinear _projection;
    private readonly WeightVector _projectionNorm;
    private readonly (CpuLinear Gate, CpuLinear Back, NormWeight Norm)[] _layers;
    private readonly RowBuffer _vectors;      // [row, layer, width]
    private readonly RowBuffer _projected;    // the same
    private readonly RowBuffer _gated;        // [row, width]
    private readonly Action<int> _join;
    private readonly Action<int> _gate;
    private int _layer;

    /// <param name="spec">The model.</param>
    /// <param name="inputs">Their sizes.</param>
    /// <param name="weights">Makes their operations.</param>
    /// <param name="team">The threads.</param>
    public PerLayerInputs(DecoderSpec spec, PerLayerInputSpec inputs, CpuLayerFactory weights, ThreadTeam team)
    {
        (_spec, _inputs, _team) = (spec, inputs, team);
        var (names, hidden, all) = (spec.Names.PerLayer, spec.HiddenSize, spec.LayerCount * inputs.Width);
        _norm = new(team, NormKind.Rms, spec.NormEpsilon);
        _embedding = weights.Embedding(names.Embedding, inputs.Vocabulary, all);
        _projection = weights.Linear(hidden, bias: false, (names.Projection, all));
        _projectionNorm = weights.Elements(0, names.ProjectionNorm, inputs.Width);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(layer => (
            weights.Linear(hidden, bias: false, (spec.Names.Of(layer, names.GateSuffix), inputs.Width)),
            weights.Linear(inputs.Width, bias: false, (spec.Names.Of(layer, names.BackSuffix), hidden)),
            new NormWeight(weights.Elements(0, spec.Names.Of(layer, names.PostNormSuffix), hidden))))];
        (_vectors, _projected, _gated) = (new(all), new(all), new(inputs.Width));
        (_join, _gate) = (Join, Gate);
    }

    /// <summary>Computes the vectors of a step's tokens for all layers.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="embedded">Their scaled embeddings.</param>
    /// <param name="rows">How many, and by which way.</param>
    public void Begin(TokenRow[] tokens, RowBuffer embedded, RowSplit rows)
    {
        foreach (var buffer in new[] { _vectors, _projected, _gated })
        {
            buffer.Ensure(rows.Count);
        }

        _embedding.Gather(Array.ConvertAll(tokens, token => token.Token < _inputs.Vocabulary ? token : token with { Token = 0 }), _vectors);
        _projection.Forward(embedded, _projected, rows);
        _team.Run(rows.Count, 8L * rows.Count * _vectors.Width, _join);
    }

    /// <summary>target = norm(projection(act(gate source) * a layer's vector)); both may be the same.</summary>
    public void Forward(int layer, RowBuffer source, RowBuffer target, RowSplit rows)
    {
        _layer = layer;
        var (gate, back, norm) = _layers[layer];
        gate.Forward(source, _gated, rows);
        _team.Run(rows.Count, 8L * rows.Count * _inputs.Width, _gate);
        back.Forward(_gated, target, rows);
        _norm.Forward(target, norm, target, rows.Count);
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _projected.Dispose();
        _gated.Dispose();
    }

    /// <summary>Makes a row's vectors of its embeddings and its projections.</summary>
    private void Join(int row)
    {
        float* vectors = _vectors.Row(row), projected = _projected.Row(row);
        RowKernels.Scale(projected, 1 / MathF.Sqrt(_spec.HiddenSize), projected, _projected.Width);
        for (var layer = 0; layer < _spec.LayerCount; layer++, projected += _inputs.Width)
        {
            RowKernels.RmsNorm(projected, _projectionNorm.Values, _spec.NormEpsilon, projected, _inputs.Width);
        }

        RowKernels.Scale(vectors, HalfRoot * MathF.Sqrt(_inputs.Width), vectors, _vectors.Width);
        RowKernels.AddScaled(vectors, _projected.Row(row), HalfRoot, _vectors.Width);
    }

    private void Gate(int row)
    {
        var gate = _gated.Row(row);
        ActivationKernel.Gate<Float32Elements>(_spec.Activation, gate, _vectors.Row(row) + ((nint)_layer * _inputs.Width), gate, _inputs.Width);
    }
}
