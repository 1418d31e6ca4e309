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
    private readonly IFusedKernels _kernels;
    private readonly GpuLayer[] _layers;
    private readonly HashSet<int> _lastOfTheirKind;
    private readonly GpuEmbedding _embedding;
    private readonly NormTensors _finalNorm;
    private readonly GpuLogitsHead _head;
    private readonly double _queryScale;    // so that scores have their scale after they are multiplied with 1 / sqrt(d)

    /// <summary>Loads the weights; on the CPU they must outlive the model.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="tensors">Its weights.</param>
    /// <param name="packed">Its matrices in q8 or q4, on the host, by name; null for those of the weights.</param>
    /// <param name="cache">Keys and values.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="place">Where the model runs.</param>
    /// <param name="parts">Owns what is made.</param>
    public GpuModel(
        DecoderSpec spec, WeightTensors tensors, Func<string, PackedPanels>? packed, GpuKeyValueCache cache, ScalarType type, GpuPlace place,
        DisposableStack parts)
    {
        (_spec, _cache) = (spec, cache);
        _norm = GpuNorm.For(spec, type, place.Device);
        _kernels = KernelProbe.Choose(spec, type, place, new PlainKernels(_norm));
        var weights = new DeviceWeights(tensors, place.Device, parts);
        var linears = new GpuLinears(weights, packed is null ? null : PackedWeights.Open(spec, packed, type, place, parts));
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(index => new GpuLayer(spec, linears, weights, _norm, _kernels, index))];
        _lastOfTheirKind = [.. LayerKinds.LastOfEach(spec)];
        _embedding = new(spec, linears, weights);
        _finalNorm = weights.Norm(spec, spec.Names.FinalNorm);
        _head = new(spec, linears, weights, _embedding);
        _queryScale = spec.AttentionScale * Math.Sqrt(spec.HeadDim) ?? 1;
    }

    /// <summary>The rows' last hidden states [N, hidden]; their keys and values are in the cache then.</summary>
    /// <param name="pass">The rows.</param>
    /// <param name="kept">Where given, gets the temporary tensors of the last layer of each kind, undisposed: see <see cref="StepGraphs"/>.</param>
    public Tensor Forward(GpuPass pass, List<Tensor>? kept = null)
    {
        var hidden = _embedding.Forward(pass);
        var normed = FusesNorms ? empty_like(hidden) : null;
        for (var index = 0; index < _layers.Length; index++)
        {
            using var scope = NewDisposeScope();
            Layer(hidden, normed, index, pass);
            StepGraphs.Keep(scope, _lastOfTheirKind.Contains(index) ? kept : null);
        }

        return hidden;
    }

    /// <summary>Hidden states [N, hidden] to logits, f32 [N, vocabulary].</summary>
    public Tensor Logits(Tensor hidden) => _head.Forward(_norm.Forward(hidden, _finalNorm));

    /// <summary>Hidden states [N, hidden] after the final norm, f32.</summary>
    public Tensor Normed(Tensor hidden) => _norm.Forward(hidden, _finalNorm).to_type(ScalarType.Float32);

    /// <summary>The highest logit of each row: see <see cref="IFusedKernels.Highest"/>.</summary>
    public Tensor Highest(Tensor logits) => _kernels.Highest(logits);

    /// <summary>Whether an addition to the residual stream and the norm after it are one kernel, from layer to layer, too.</summary>
    private bool FusesNorms => _kernels is FusedKernels && _spec.Norm == NormKind.Rms && _spec.PreNorms;

    /// <summary>One layer, added to <paramref name="hidden"/> in place.</summary>
    /// <param name="hidden">The residual stream, [N, hidden].</param>
    /// <param name="normed">Where norms are fused, the layer's input, normed by the layer before, and the next one's afterwards; else null.</param>
    /// <param name="index">The layer's number.</param>
    /// <param name="pass">The rows.</param>
    private void Layer(Tensor hidden, Tensor? normed, int index, GpuPass pass)
    {
        var layer = _layers[index];
        var input = index > 0 && normed is not null ? normed : Normed(hidden, layer.AttentionNorm);

        // Where both branches see what the layer was given, the feed-forward's input is normed before attention's result is added.
        var shared = _spec.Residual switch
        {
            ResidualKind.ParallelOneNorm => input,
            ResidualKind.ParallelTwoNorms => Normed(hidden, layer.FeedForwardNorm),
            _ => null,
        };
        var attended = Attention(layer.QueryKeyValue.Forward(input), index, pass);
        if (layer.AttentionSubNorm is { } subNorm)
        {
            attended = _norm.Rms(attended, subNorm);
        }

        var branch = Normed(layer.Output.Forward(attended), layer.AttentionPostNorm);
        var between = AddTo(hidden, branch, shared is null ? layer.FeedForwardNorm : null, target: null);
        var fed = layer.FeedForward.Forward(shared ?? between, pass.HasFixedShapes);
        var next = normed is null || index == _layers.Length - 1 ? null : _layers[index + 1].AttentionNorm;
        AddTo(hidden, Normed(fed, layer.FeedForwardPostNorm), next, normed);
    }

    /// <summary>The residual stream through a norm, or as it is where there is none.</summary>
    private Tensor Normed(Tensor hidden, NormTensors? weights) => weights is null ? hidden : _norm.Forward(hidden, weights);

    /// <summary>Adds a branch to the residual stream in place, and returns the stream through a norm, or as it is where there is none.</summary>
    private Tensor AddTo(Tensor hidden, Tensor branch, NormTensors? norm, Tensor? target) =>
        norm is null ? hidden.add_(branch, _spec.ResidualScale)
        : _spec.Norm == NormKind.Rms ? _kernels.AddNorm(hidden, branch, _spec.ResidualScale, norm.Weight, target)
        : Normed(hidden.add_(branch, _spec.ResidualScale), norm);

    /// <summary>[N, (H + 2 Hk) d] to [N, H d]. Keys and values of all rows are written before any row attends.</summary>
    private Tensor Attention(Tensor queryKeyValue, int index, GpuPass pass)
    {
        var (heads, shared, layer) = (_spec.HeadCount, _spec.KeyValueHeadCount, _layers[index]);
        var split = queryKeyValue.view(-1, heads + (2 * shared), _spec.HeadDim);
        var queryKey = split.narrow(1, 0, heads + shared);
        var normed = layer.HeadNorms?.BeforeRotation(queryKey) ?? queryKey;
        var values = split.narrow(1, heads + shared, shared);
        var queries = pass.Rotations[index] is { } rotation && layer.HeadNorms is not { FollowRotation: true }
            ? _kernels.RotateAndWrite(rotation, normed, values, Places(index, pass))
            : Write(normed, values, index, pass);
        return pass.Attention.Forward(Scaled(queries, index, pass), index, layer.Sinks);
    }

    private CachePlaces Places(int index, GpuPass pass) =>
        new(_cache.RowsOf(index, keys: true), _cache.RowsOf(index, keys: false), pass.CacheRows);

    /// <summary>Rotates and norms queries and keys [N, H + Hk, d], writes keys and values to the cache and returns the queries [N, H, d].</summary>
    private Tensor Write(Tensor queryKey, Tensor values, int index, GpuPass pass)
    {
        var (heads, shared) = (_spec.HeadCount, _spec.KeyValueHeadCount);
        var rotated = pass.Rotations[index]?.Apply(queryKey) ?? queryKey;
        var placed = _layers[index].HeadNorms?.AfterRotation(rotated) ?? rotated;
        _cache.Write(index, pass.CacheRows, placed.narrow(1, heads, shared).flatten(1), values.flatten(1));
        return placed.narrow(1, 0, heads);
    }

    /// <summary>Queries [N, H, d] times what is left of the scores' scale and times their positions' factors.</summary>
    private Tensor Scaled(Tensor queries, int index, GpuPass pass)
    {
        var scaled = _queryScale == 1 ? queries : queries * _queryScale;
        return pass.Temperatures.Length == 0 || pass.Temperatures[index] is not { } factors ? scaled : (scaled * factors).to_type(queries.dtype);
    }
}
