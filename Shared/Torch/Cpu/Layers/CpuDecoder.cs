using System.Runtime.Intrinsics;
using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Quantization;
using Rill.Torch.Decoding;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Layers;

/// <summary>
/// The decoder on the CPU: f32 activations through our own kernels, over the weights where they lie in the file. A row's logits are the
/// same bits alone and in any batch, and for any chunking of the prompt. In bf16 the linear layers of prompts may go through libtorch
/// instead, whose products round to bf16; the tokens of a completion never do, also when they are computed anew after a preemption.
/// </summary>
/// <typeparam name="T">Type of the KV cache.</typeparam>
internal sealed class CpuDecoder<T> : IDecoder where T : ICacheElements
{
    private readonly DecoderSpec _spec;
    private readonly bool _promptsByTorch;
    private readonly CpuKeyValueCache _cache;
    private readonly CachedAttention<T> _attention;
    private readonly IEmbedding _embedding;
    private readonly CpuLayer[] _layers;
    private readonly CpuRmsNorm _norm;
    private readonly WeightVector _finalNorm;
    private readonly CpuLinear _head;

    private readonly RowBuffer _residual;
    private readonly RowBuffer _normed;
    private readonly RowBuffer _queryKeyValue;
    private readonly RowBuffer _attended;
    private readonly RowBuffer _gated;
    private readonly RowBuffer _logits;
    private readonly RowBuffer _hidden;

    /// <summary>Loads the weights; <paramref name="weights"/> must outlive the decoder, unless its matrices are quantized.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="type">The computing type: bf16 for prompts through libtorch, or f32.</param>
    /// <param name="layout">Sizes of the KV cache.</param>
    /// <param name="team">The threads for the kernels; not disposed.</param>
    /// <param name="parts">Owns what the decoder makes.</param>
    /// <param name="quantized">The matrices in q8 or q4, which must outlive the decoder; null to use them as they are.</param>
    /// <param name="pack">True to keep reordered copies of the weights for prompts.</param>
    public CpuDecoder(
        DecoderSpec spec, ModelWeights weights, ScalarType type, KeyValueLayout layout, ThreadTeam team, DisposableStack parts,
        QuantizedWeights? quantized = null, bool pack = false)
    {
        _spec = spec;

        // oneDNN multiplies bf16 with AVX-512 only; without it libtorch's product is many times slower than our kernels. Our widest tiles
        // for quantized weights are faster than both.
        _promptsByTorch = type == ScalarType.BFloat16 && Vector512.IsHardwareAccelerated && (quantized is null || !QuantizedKernel.IsWide(quantized.Format));
        _cache = new(layout, parts);
        _attention = parts.Own(new CachedAttention<T>(spec, _cache, team));
        var scratch = parts.Own(new LinearScratch());
        var factory = new CpuLayerFactory(new(weights, type), quantized, team, scratch, pack && _promptsByTorch, parts);
        _embedding = factory.Embedding(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(index => new CpuLayer(factory, spec, index))];
        _norm = new(team, spec.NormEpsilon);
        _finalNorm = factory.Norm(spec.Names.FinalNorm, spec.HiddenSize);
        _head = factory.Head(spec.TiedEmbeddings ? spec.Names.Embedding : spec.Names.Head, spec.VocabularySize, spec.HiddenSize);
        _residual = parts.Own(new RowBuffer(spec.HiddenSize));
        _normed = parts.Own(new RowBuffer(spec.HiddenSize));
        _queryKeyValue = parts.Own(new RowBuffer(spec.QueryKeyValueSize));
        _attended = parts.Own(new RowBuffer(spec.HeadCount * spec.HeadDim));
        _gated = parts.Own(new RowBuffer(spec.FeedForwardSize));
        _logits = parts.Own(new RowBuffer(spec.VocabularySize));
        _hidden = parts.Own(new RowBuffer(spec.HiddenSize));
    }

    public StepOutput Forward(StepPlan plan)
    {
        var rows = new RowSplit(plan.Rows.Length, _promptsByTorch ? plan.PromptRows : 0);
        Reserve(rows.Count, plan);
        _embedding.Gather(plan.Rows, _residual);
        _attention.Begin(plan.Rows);
        for (var index = 0; index < _layers.Length; index++)
        {
            var layer = _layers[index];
            _norm.Forward(_residual, layer.AttentionNorm, _normed, rows.Count);
            layer.QueryKeyValue.Forward(_normed, _queryKeyValue, rows);
            _attention.Forward(_queryKeyValue, index, layer.QueryNorm, layer.KeyNorm, _attended);
            layer.Output.AddTo(_attended, _residual, rows);
            _norm.Forward(_residual, layer.FeedForwardNorm, _normed, rows.Count);
            layer.GateUp.Gate(_normed, _gated, rows);
            layer.Down.AddTo(_gated, _residual, rows);
        }

        return new(
            plan.SamplingRows.Length == 0 ? null : Logits(plan.SamplingRows),
            plan.PoolingRows.Length == 0 ? null : Hidden(plan.PoolingRows));
    }

    public void ReleaseSlot(int slot) => _cache.ReleaseSlot(slot);

    public void ReleaseBlock(int block) => _cache.ReleaseBlock(block);

    public void Restore(BlockCopy copy) => _cache.Restore(copy);

    public void Save(BlockCopy copy) => _cache.Save(copy);

    private void Reserve(int rows, StepPlan plan)
    {
        foreach (var buffer in new[] { _residual, _normed, _queryKeyValue, _attended, _gated })
        {
            buffer.Ensure(rows);
        }

        _logits.Ensure(plan.SamplingRows.Length);
        _hidden.Ensure(plan.PoolingRows.Length);
    }

    /// <summary>f32 [rows, vocabulary].</summary>
    private Tensor Logits(int[] rows)
    {
        _norm.Gather(_residual, rows, _finalNorm, _normed);
        _head.Forward(_normed, _logits, new(rows.Length, ByTorch: 0));
        return _logits.AsTensor(rows.Length);
    }

    /// <summary>f32 [rows, hidden].</summary>
    private Tensor Hidden(int[] rows)
    {
        _norm.Gather(_residual, rows, _finalNorm, _hidden);
        return _hidden.AsTensor(rows.Length);
    }
}
