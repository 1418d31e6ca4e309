using Rill.Models;
using Rill.Serving;
using Rill.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Layers;

/// <summary>
/// The decoder in plain tensor operations, for devices whose memory our kernels cannot reach (CUDA). It runs on the CPU too, where the
/// tests hold it against the reference. Unlike <see cref="HostDecoder{T}"/> it promises no bits that are independent of the batch.
/// </summary>
internal sealed class TensorDecoder : IDecoder
{
    private readonly DecoderSpec _spec;
    private readonly Device _device;
    private readonly TensorKeyValueCache _cache;
    private readonly TensorAttention _attention;
    private readonly TensorLayer[] _layers;
    private readonly Tensor _embedding;
    private readonly Tensor _finalNorm;
    private readonly Tensor _head;

    /// <summary>Loads the weights; <paramref name="weights"/> must outlive the decoder.</summary>
    public TensorDecoder(DecoderSpec spec, ModelWeights weights, KeyValueLayout layout, ScalarType type, Device device)
    {
        _spec = spec;
        _device = device;
        _cache = new(layout, type, device);
        _attention = new(spec, _cache, device);
        var tensors = new WeightTensors(weights, type);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(index => new TensorLayer(spec, tensors, index, device))];
        _embedding = tensors.Get(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize).to(device);
        _finalNorm = tensors.Get(spec.Names.FinalNorm, spec.HiddenSize).to(device);
        _head = spec.TiedEmbeddings ? _embedding : tensors.Get(spec.Names.Head, spec.VocabularySize, spec.HiddenSize).to(device);
    }

    /// <summary>source / sqrt(mean(source²) + epsilon) * weight over the last dimension, computed in f32.</summary>
    public static Tensor Norm(Tensor source, Tensor weight, float epsilon)
    {
        using var scope = NewDisposeScope();
        var wide = source.to_type(ScalarType.Float32);
        var scale = (wide.square().mean([-1], keepdim: true) + epsilon).rsqrt();
        return (wide * scale * weight).to_type(source.dtype).MoveToOuterDisposeScope();
    }

    public Tensor? Forward(StepPlan plan)
    {
        using var scope = NewDisposeScope();
        var runs = SequenceRun.Of(plan.Rows);
        var rotations = _attention.Rotations(plan.Rows);
        var hidden = _embedding.index_select(0, Indices(plan.Rows, row => row.Token));    // [N, hidden]
        for (var index = 0; index < _layers.Length; index++)
        {
            hidden = Layer(hidden, index, runs, rotations);
        }

        if (plan.SamplingRows.Length == 0)
        {
            return null;
        }

        var wanted = hidden.index_select(0, Indices(plan.SamplingRows, row => row));
        var logits = nn.functional.linear(Norm(wanted, _finalNorm, _spec.NormEpsilon), _head);
        return logits.to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Does nothing: the memory was taken for good.</summary>
    public void ReleaseSlot(int slot)
    {
    }

    /// <summary>Does nothing: the memory was taken for good.</summary>
    public void ReleaseBlock(int block)
    {
    }

    public void Restore(BlockCopy copy) => _cache.Restore(copy);

    public void Save(BlockCopy copy) => _cache.Save(copy);

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }

        _embedding.Dispose();
        _finalNorm.Dispose();
        _head.Dispose();
        _attention.Dispose();
        _cache.Dispose();
    }

    private Tensor Layer(Tensor hidden, int index, List<SequenceRun> runs, (Tensor, Tensor) rotations)
    {
        using var scope = NewDisposeScope();
        var layer = _layers[index];
        var queryKeyValue = Linear(Norm(hidden, layer.AttentionNorm, _spec.NormEpsilon), layer.QueryKeyValue);
        var attended = hidden + Linear(_attention.Forward(queryKeyValue, index, layer, runs, rotations), layer.Output);
        var gateUp = Linear(Norm(attended, layer.FeedForwardNorm, _spec.NormEpsilon), layer.GateUp);
        var gated = nn.functional.silu(gateUp.narrow(1, 0, _spec.FeedForwardSize)) * gateUp.narrow(1, _spec.FeedForwardSize, _spec.FeedForwardSize);
        return (attended + Linear(gated, layer.Down)).MoveToOuterDisposeScope();
    }

    private static Tensor Linear(Tensor input, (Tensor Weight, Tensor? Bias) layer) => nn.functional.linear(input, layer.Weight, layer.Bias);

    private Tensor Indices<TItem>(TItem[] items, Func<TItem, int> of) => tensor(Array.ConvertAll(items, item => (long)of(item)), device: _device);
}
