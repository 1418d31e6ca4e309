using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The model's weights on one device, and its layers in plain tensor operations. Letters: N rows, H query heads, Hk key and value heads, d width of a head.</summary>
internal sealed class GpuModel
{
    private readonly DecoderSpec _spec;
    private readonly GpuKeyValueCache _cache;
    private readonly GpuRotary _rotary;
    private readonly GpuRmsNorm _norm;
    private readonly GpuLayer[] _layers;
    private readonly Tensor _embedding;
    private readonly Tensor _finalNorm;
    private readonly Tensor _head;

    /// <summary>Loads the weights; on the CPU they must outlive the model.</summary>
    public GpuModel(DecoderSpec spec, WeightTensors tensors, GpuKeyValueCache cache, GpuRotary rotary, ScalarType type, Device device, DisposableStack parts)
    {
        (_spec, _cache, _rotary) = (spec, cache, rotary);
        _norm = GpuRmsNorm.For(spec.NormEpsilon, type, device);
        var weights = new DeviceWeights(tensors, device, parts);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(index => new GpuLayer(spec, weights, index))];
        _embedding = weights.Get(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize);
        _finalNorm = weights.Get(spec.Names.FinalNorm, spec.HiddenSize);
        _head = spec.TiedEmbeddings ? _embedding : weights.Get(spec.Names.Head, spec.VocabularySize, spec.HiddenSize);
    }

    /// <summary>The rows' last hidden states [N, hidden]; their keys and values are in the cache then.</summary>
    /// <param name="pass">The rows.</param>
    /// <param name="kept">Where given, gets the last layer's temporary tensors, undisposed: see <see cref="StepGraphs"/>.</param>
    public Tensor Forward(GpuPass pass, List<Tensor>? kept = null)
    {
        var hidden = _embedding.index_select(0, pass.Tokens);
        for (var index = 0; index < _layers.Length; index++)
        {
            using var scope = NewDisposeScope();
            Layer(hidden, index, pass);
            StepGraphs.Keep(scope, index == _layers.Length - 1 ? kept : null);
        }

        return hidden;
    }

    /// <summary>Hidden states [N, hidden] to logits, f32 [N, vocabulary].</summary>
    public Tensor Logits(Tensor hidden) =>
        nn.functional.linear(_norm.Forward(hidden, _finalNorm), _head).to_type(ScalarType.Float32);

    /// <summary>Hidden states [N, hidden] after the final norm, f32.</summary>
    public Tensor Normed(Tensor hidden) => _norm.Forward(hidden, _finalNorm).to_type(ScalarType.Float32);

    /// <summary>One layer, added to <paramref name="hidden"/> in place.</summary>
    private void Layer(Tensor hidden, int index, GpuPass pass)
    {
        var layer = _layers[index];
        var queryKeyValue = Linear(_norm.Forward(hidden, layer.AttentionNorm), layer.QueryKeyValue);
        hidden.add_(Linear(Attention(queryKeyValue, index, pass), layer.Output));
        var gateUp = Linear(_norm.Forward(hidden, layer.FeedForwardNorm), layer.GateUp);
        var gated = nn.functional.silu(gateUp.narrow(1, 0, _spec.FeedForwardSize)).mul_(gateUp.narrow(1, _spec.FeedForwardSize, _spec.FeedForwardSize));
        hidden.add_(Linear(gated, layer.Down));
    }

    /// <summary>[N, (H + 2 Hk) d] to [N, H d]. Keys and values of all rows are written before any row attends.</summary>
    private Tensor Attention(Tensor queryKeyValue, int index, GpuPass pass)
    {
        var (heads, shared) = (_spec.HeadCount, _spec.KeyValueHeadCount);
        var split = queryKeyValue.view(-1, heads + (2 * shared), _spec.HeadDim);
        var rotated = _rotary.Apply(NormedHeads(split.narrow(1, 0, heads + shared), _layers[index]), pass.Rotation);
        _cache.Write(index, pass.CacheRows, rotated.narrow(1, heads, shared).flatten(1), split.narrow(1, heads + shared, shared).flatten(1));
        return pass.Attention.Forward(rotated.narrow(1, 0, heads), index);
    }

    /// <summary>The norms over each query and key head, where the architecture has them: [N, H + Hk, d].</summary>
    private Tensor NormedHeads(Tensor queryKey, GpuLayer layer) => layer is { QueryNorm: { } query, KeyNorm: { } key }
        ? cat([_norm.Forward(queryKey.narrow(1, 0, _spec.HeadCount), query), _norm.Forward(queryKey.narrow(1, _spec.HeadCount, _spec.KeyValueHeadCount), key)], 1)
        : queryKey;

    private static Tensor Linear(Tensor input, (Tensor Weight, Tensor? Bias) layer) => nn.functional.linear(input, layer.Weight, layer.Bias);
}
