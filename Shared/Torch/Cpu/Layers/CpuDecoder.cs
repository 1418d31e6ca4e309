using System.Runtime.Intrinsics;
using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Cpu.Adapters;
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
    private readonly ThreadTeam _team;
    private readonly TokenEmbedding _embedding;
    private readonly FeedForwardFactory _feedForwards;
    private readonly CpuLayer[] _layers;
    private readonly ILayerFrame? _frame;    // what stands around the layers; null for most models
    private readonly CpuNorm _norm;
    private readonly CpuNorm _subNorm;
    private readonly CpuMixers? _mixers;    // null where all layers have attention
    private readonly OutputGate _outputGate;
    private readonly NormWeight _finalNorm;
    private readonly LogitsHead _head;
    private readonly AdapterTable _adapters;
    private readonly AdapterStep _adapterStep;

    private readonly RowBuffer _residual;
    private readonly RowBuffer _normed;
    private readonly RowBuffer _queryKeyValue;
    private readonly RowBuffers _attended;
    private readonly RowBuffer _branch;    // what a branch adds, where it is changed before that
    private readonly Action<int> _addBranch;
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
        (_spec, _team) = (spec, team);

        // oneDNN multiplies bf16 with AVX-512 only; without it libtorch's product is many times slower than our kernels. Our widest tiles
        // for quantized weights are faster than both.
        _promptsByTorch = type == ScalarType.BFloat16 && Vector512.IsHardwareAccelerated && (quantized is null || !QuantizedKernel.IsWide(quantized.Format));
        _cache = new(layout, parts);
        _attention = parts.Own(new CachedAttention<T>(spec, _cache, team));
        var scratch = parts.Own(new LinearScratch());
        _adapters = parts.Own(new AdapterTable(spec));
        _adapterStep = parts.Own(new AdapterStep(_adapters));
        var factory = new CpuLayerFactory(new(weights, type), quantized, team, scratch, pack && _promptsByTorch, parts, _adapters, _adapterStep);
        _residual = parts.Own(new RowBuffer(spec.HiddenSize));
        _branch = parts.Own(new RowBuffer(spec.HiddenSize));
        _attended = parts.Own(new RowBuffers());
        _embedding = new(spec, factory, _branch);
        _norm = new(team, spec.Norm, spec.NormEpsilon);
        _subNorm = new(team, NormKind.Rms, spec.NormEpsilon);
        _mixers = spec.StateSize == 0 ? null : new(spec, layout, team, parts);
        _outputGate = parts.Own(new OutputGate(spec.HeadCount * spec.HeadDim, team));
        _feedForwards = new(spec, factory, _residual, team, parts);
        LatentScratch? latentScratch = null;
        var laurelInner = parts.Own(new RowBuffer(spec.LaurelRank ?? 0));
        _layers = [.. Enumerable.Range(0, spec.LayerCount)
            .Select(index => new CpuLayer(
                factory, spec, index, _feedForwards.Of(index), LatentOf(index), LaurelOf(index), _attended, _mixers?.Make(factory, index)))];
        _frame = LayerFrames.Of(spec, factory, _residual, _branch, team, parts);

        LatentProjections? LatentOf(int layer) =>
            spec.Latent is { } latent ? new(spec, latent, factory, layer, latentScratch ??= parts.Own(new LatentScratch(spec, latent)), team) : null;

        Laurel? LaurelOf(int layer) => spec.LaurelRank is { } rank ? new(spec, rank, factory, layer, laurelInner, _branch, team) : null;

        _finalNorm = factory.Norm(spec.Names.FinalNorm, spec);
        _head = new(spec, factory, team);
        _addBranch = AddBranch;
        _normed = parts.Own(new RowBuffer(spec.HiddenSize));
        _queryKeyValue = parts.Own(new RowBuffer(Enumerable.Range(0, spec.LayerCount).Max(spec.QueryKeyValueSizeOf)));
        _logits = parts.Own(new RowBuffer(spec.VocabularySize));
        _hidden = parts.Own(new RowBuffer(spec.HiddenSize));
    }

    /// <summary>True where a branch's result is added as it is.</summary>
    private bool AddsPlainly => !_spec.PostNorms && _spec.ResidualScale == 1;

    public StepOutput Forward(StepPlan plan)
    {
        var rows = new RowSplit(plan.Rows.Length, _promptsByTorch ? plan.PromptRows : 0);
        Reserve(rows.Count, plan);
        _embedding.Gather(plan.Rows, _residual);
        _attention.Begin(plan.Rows);
        _mixers?.Begin(plan.Rows);
        _frame?.Open(plan.Rows, rows);
        _adapterStep.Begin(plan.Rows);
        for (var index = 0; index < _layers.Length; index++)
        {
            _frame?.Enter(index, rows);
            Forward(_layers[index], index, rows);
            _frame?.Leave(index, rows);
        }

        _frame?.Close(rows);
        _mixers?.End();

        return new(
            plan.LogitsRows.Length == 0 ? null : Logits(plan.LogitsRows),
            plan.PoolingRows.Length == 0 ? null : Hidden(plan.PoolingRows));
    }

    public void ReleaseSlot(int slot)
    {
        _cache.ReleaseSlot(slot);
        _mixers?.States.Release(slot);
    }

    public void ReleaseBlock(int block) => _cache.ReleaseBlock(block);

    public void Restore(IReadOnlyList<BlockCopy> copies)
    {
        foreach (var copy in copies)
        {
            _cache.Restore(copy);
        }
    }

    public void Save(IReadOnlyList<BlockCopy> copies)
    {
        foreach (var copy in copies)
        {
            _cache.Save(copy);
        }
    }

    /// <summary>Does nothing: a step's memory is its own.</summary>
    public void Recover()
    {
    }

    public void ReleaseState(int state) => _mixers!.States.ReleaseSaved(state);

    public void Restore(StateCopy copy) => _mixers!.States.Restore(copy);

    public void Save(StateCopy copy) => _mixers!.States.Save(copy);

    public AdapterSummary LoadAdapter(int number, ModelFiles files) => _adapters.Load(number, files);

    public bool HasAdapter(int number) => _adapters.Find(number) is not null;

    public void UnloadAdapter(int number) => _adapters.Unload(number);

    private void Forward(CpuLayer layer, int index, RowSplit rows)
    {
        var normed = Normed(layer.AttentionNorm, rows);
        var attended = layer.Mixer?.Mix(normed, rows) ?? Attend(layer, index, normed, rows);

        // Where both branches see what the layer was given, the feed-forward's input is normed before attention's result is added.
        var input = _spec.Residual switch
        {
            ResidualKind.ParallelOneNorm => _normed,
            ResidualKind.ParallelTwoNorms => Normed(layer.FeedForwardNorm, rows),
            _ => null,
        };
        if (AddsPlainly)
        {
            layer.Output.AddTo(attended, _residual, rows);
            layer.FeedForward.AddTo(input ?? Normed(layer.FeedForwardNorm, rows), _residual, rows);
            return;
        }

        layer.Output.Forward(attended, _branch, rows);
        AddBranch(layer.AttentionPostNorm, rows);
        layer.Laurel?.Join(normed, _residual, rows);
        layer.FeedForward.Forward(input ?? Normed(layer.FeedForwardNorm, rows), _branch, rows);
        AddBranch(layer.FeedForwardPostNorm, rows);
    }

    /// <summary>A layer's attention, before its output projection.</summary>
    private RowBuffer Attend(CpuLayer layer, int index, RowBuffer normed, RowSplit rows)
    {
        layer.Latent?.Project(normed, _queryKeyValue, rows);
        layer.QueryKeyValue?.Forward(normed, _queryKeyValue, rows);
        _attention.Forward(_queryKeyValue, index, layer.HeadNorms, layer.Sinks, layer.Attended);
        if (layer.OutputGate is { } gate)
        {
            _outputGate.Apply(gate, normed, layer.Attended, rows);
        }

        var attended = layer.Latent?.Collect(layer.Attended, rows) ?? layer.Attended;
        if (layer.AttentionSubNorm is { } subNorm)
        {
            _subNorm.Forward(attended, subNorm, attended, rows.Count);
        }

        return attended;
    }

    /// <summary>The residual stream through a norm, or as it is where there is none.</summary>
    private RowBuffer Normed(NormWeight? weight, RowSplit rows)
    {
        if (weight is null)
        {
            return _residual;
        }

        _norm.Forward(_residual, weight, _normed, rows.Count);
        return _normed;
    }

    private void AddBranch(NormWeight? postNorm, RowSplit rows)
    {
        if (postNorm is not null)
        {
            _norm.Forward(_branch, postNorm, _branch, rows.Count);
        }

        _team.Run(rows.Count, 2L * rows.Count * _spec.HiddenSize, _addBranch);
    }

    private unsafe void AddBranch(int row) => RowKernels.AddScaled(_residual.Row(row), _branch.Row(row), _spec.ResidualScale, _spec.HiddenSize);

    private void Reserve(int rows, StepPlan plan)
    {
        foreach (var buffer in new[] { _residual, _normed, _branch, _queryKeyValue })
        {
            buffer.Ensure(rows);
        }

        _attended.Ensure(rows);
        _feedForwards.Ensure(rows);
        _logits.Ensure(plan.LogitsRows.Length);
        _hidden.Ensure(plan.PoolingRows.Length);
    }

    /// <summary>f32 [rows, vocabulary].</summary>
    private Tensor Logits(int[] rows)
    {
        _norm.Gather(_residual, rows, _finalNorm, _normed);
        _adapterStep.Select(rows);
        _head.Forward(_normed, _logits, rows.Length);
        return _logits.AsTensor(rows.Length);
    }

    /// <summary>f32 [rows, hidden].</summary>
    private Tensor Hidden(int[] rows)
    {
        _norm.Gather(_residual, rows, _finalNorm, _hidden);
        return _hidden.AsTensor(rows.Length);
    }
}
