using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// The model's weights on one device, and its layers in plain tensor operations. Letters: N rows, H query heads, Hk key and value heads,
/// d width of a head.
/// </summary>
internal sealed class GpuModel
{
    private readonly DecoderSpec _spec;
    private readonly GpuKeyValueCache _cache;
    private readonly GpuNorm _norm;
    private readonly GpuLayer[] _layers;
    private readonly HashSet<int> _lastOfTheirKind;
    private readonly GpuEmbedding _embedding;
    private readonly NormTensors _finalNorm;
    private readonly GpuLogitsHead _head;
    private readonly double _queryScale;    // so that scores have their scale after they are multiplied with 1 / sqrt(d)

    /// <summary>Loads the weights, which are not needed afterwards.</summary>
    public GpuModel(DecoderSpec spec, ModelWeights weights, GpuKeyValueCache cache, ScalarType type, GpuPlace place, DisposableStack parts)
    {
        (_spec, _cache) = (spec, cache);
        _norm = GpuNorm.For(spec, type, place.Device);
        var placed = new DeviceWeights(weights, type, place, parts);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(index => new GpuLayer(spec, placed, _norm, index))];
        _lastOfTheirKind = [.. LayerKinds.LastOfEach(spec)];
        _embedding = new(spec, placed);
        _finalNorm = placed.Norm(spec, spec.Names.FinalNorm);
        _head = new(spec, placed, _embedding);
        placed.Fill();
        _queryScale = spec.AttentionScale * Math.Sqrt(spec.HeadDim) ?? 1;
    }

    /// <summary>The rows' last hidden states [N, hidden]; their keys and values are in the cache then.</summary>
    /// <param name="pass">The rows.</param>
    /// <param name="kept">Where given, gets the temporary tensors of the last layer of each kind, undisposed: see <see cref="StepGraphs"/>.</param>
    public Tensor Forward(GpuPass pass, List<Tensor>? kept = null)
    {
        var hidden = _embedding.Forward(pass);
        for (var index = 0; index < _layers.Length; index++)
        {
            using var scope = NewDisposeScope();
            Layer(hidden, index, pass);
            StepGraphs.Keep(scope, _lastOfTheirKind.Contains(index) ? kept : null);
        }

        return hidden;
    }

    /// <summary>Hidden states [N, hidden] to logits, f32 [N, vocabulary].</summary>
    public Tensor Logits(Tensor hidden) => _head.Forward(_norm.Forward(hidden, _finalNorm));

    /// <summary>Hidden states [N, hidden] after the final norm, f32.</summary>
    public Tensor Normed(Tensor hidden) => _norm.Forward(hidden, _finalNorm).to_type(ScalarType.Float32);

    /// <summary>One layer, added to <paramref name="hidden"/> in place.</summary>
    private void Layer(Tensor hidden, int index, GpuPass pass)
    {
        var layer = _layers[index];
        var input = Normed(hidden, layer.AttentionNorm);

        // Where both branches see what the layer was given, the feed-forward's input is normed before attention's result is added.
        var shared = _spec.Residual switch
        {
            ResidualKind.ParallelOneNorm => input,
            ResidualKind.ParallelTwoNorms => Normed(hidden, layer.FeedForwardNorm),
            _ => null,
        };
        var attended = Attention(Linear(input, layer.QueryKeyValue), index, pass);
        if (layer.AttentionSubNorm is { } subNorm)
        {
            attended = _norm.Rms(attended, subNorm);
        }

        AddTo(hidden, Linear(attended, layer.Output), layer.AttentionPostNorm);
        AddTo(hidden, layer.FeedForward.Forward(shared ?? Normed(hidden, layer.FeedForwardNorm), pass.HasFixedShapes), layer.FeedForwardPostNorm);
    }

    /// <summary>The residual stream through a norm, or as it is where there is none.</summary>
    private Tensor Normed(Tensor hidden, NormTensors? weights) => weights is null ? hidden : _norm.Forward(hidden, weights);

    private void AddTo(Tensor hidden, Tensor branch, NormTensors? postNorm) =>
        hidden.add_(Normed(branch, postNorm), _spec.ResidualScale);

    /// <summary>[N, (H + 2 Hk) d] to [N, H d]. Keys and values of all rows are written before any row attends.</summary>
    private Tensor Attention(Tensor queryKeyValue, int index, GpuPass pass)
    {
        var (heads, shared, layer) = (_spec.HeadCount, _spec.KeyValueHeadCount, _layers[index]);
        var split = queryKeyValue.view(-1, heads + (2 * shared), _spec.HeadDim);
        var queryKey = split.narrow(1, 0, heads + shared);
        var normed = layer.HeadNorms?.BeforeRotation(queryKey) ?? queryKey;
        var rotated = pass.Rotations[index]?.Apply(normed) ?? normed;
        var placed = layer.HeadNorms?.AfterRotation(rotated) ?? rotated;
        _cache.Write(index, pass.CacheRows, placed.narrow(1, heads, shared).flatten(1), split.narrow(1, heads + shared, shared).flatten(1));
        return pass.Attention.Forward(Scaled(placed.narrow(1, 0, heads), index, pass), index, layer.Sinks);
    }

    /// <summary>Queries [N, H, d] times what is left of the scores' scale and times their positions' factors.</summary>
    private Tensor Scaled(Tensor queries, int index, GpuPass pass)
    {
        var scaled = _queryScale == 1 ? queries : queries * _queryScale;
        return pass.Temperatures.Length == 0 || pass.Temperatures[index] is not { } factors ? scaled : (scaled * factors).to_type(queries.dtype);
    }

    private static Tensor Linear(Tensor input, (Tensor Weight, Tensor? Bias) layer) => nn.functional.linear(input, layer.Weight, layer.Bias);
}
