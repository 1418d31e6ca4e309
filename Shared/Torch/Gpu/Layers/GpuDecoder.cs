using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Cpu.Layers;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// The decoder in plain tensor operations, for devices whose memory our kernels cannot reach (CUDA). It runs on the CPU too, where the
/// tests hold it against the reference. Unlike <see cref="CpuDecoder{T}"/> it promises no bits that are independent of the batch.
/// </summary>
internal sealed class GpuDecoder : IDecoder
{
    private const int FirstPromptRows = 512;

    private readonly GpuKeyValueCache _cache;
    private readonly GpuRotary _rotary;
    private readonly PassFactory _passes;
    private readonly GpuModel _stack;
    private readonly InputStaging _promptStaging;
    private readonly DecodePass _decode;
    private readonly Device _device;
    private readonly IStepDevice _stream;

    /// <summary>Loads the weights; <paramref name="weights"/> must outlive the decoder.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="layout">Sizes of the KV cache.</param>
    /// <param name="place">Where the model runs, and how.</param>
    public GpuDecoder(DecoderSpec spec, ModelWeights weights, ScalarType type, KeyValueLayout layout, GpuPlace place)
    {
        (_device, _stream) = (place.Device, place.Stream);
        _cache = new(layout, type, _device);
        _rotary = new(spec, _device);
        var flash = UsableFlash(spec, type, place);
        UsesFlash = flash is not null;
        _passes = new(spec, _cache, _rotary, flash, place.MostCopiedBytes, _device);
        _stack = new(spec, weights, _cache, _rotary, type, _device);
        _promptStaging = new(_device, FirstPromptRows);
        var graphs = place.Graphs ? new StepGraphs(_stream, reason => place.Report($"Decoding steps are not captured as CUDA graphs: {reason}.")) : null;
        _decode = new(_stack, _passes, graphs, layout, _device);
    }

    /// <summary>Whether attention runs through the flash kernel.</summary>
    public bool UsesFlash { get; }

    public Tensor? Forward(StepPlan plan)
    {
        using var scope = NewDisposeScope();
        var split = PassSplit.Of(plan);
        var decoded = split.Singles.Length == 0 ? null : _decode.Forward(split.Singles);
        var prompts = split.Runs.Length == 0 ? null : Prompts(split.Runs, split.RunsSampling);
        if (plan.SamplingRows.Length == 0)
        {
            _stream.Synchronize();    // nothing will be read back: the next step must not stage its inputs over this one's
            return null;
        }

        var logits = (decoded, prompts) switch
        {
            (null, { } only) => only,
            ({ } only, null) => only,
            _ => cat([decoded!, prompts!], 0),
        };
        return (split.Order is { } order ? logits.index_select(0, tensor(order, device: _device)) : logits).MoveToOuterDisposeScope();
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
        _decode.Dispose();
        _promptStaging.Dispose();
        _stack.Dispose();
        _rotary.Dispose();
        _cache.Dispose();
    }

    private FlashAttention.Kernel? UsableFlash(DecoderSpec spec, ScalarType type, GpuPlace place)
    {
        if (place.Flash is { } kernel && FlashProbe.Fault(kernel, spec, _cache, type, _device) is { } fault)
        {
            place.Report($"Attention runs without the flash kernel: {fault}.");
            return null;
        }

        return place.Flash;
    }

    /// <summary>Logits of the sampling rows, f32 [sampling rows, vocabulary]; null when no row samples.</summary>
    private Tensor? Prompts(TokenRow[] rows, long[] sampling)
    {
        _promptStaging.Stage(rows, rows.Length);
        var hidden = _stack.Forward(_passes.OfRuns(_promptStaging.Rows(rows.Length), SequenceRun.Of(rows)));
        return sampling.Length == 0 ? null : _stack.Logits(hidden.index_select(0, tensor(sampling, device: _device)));
    }
}
