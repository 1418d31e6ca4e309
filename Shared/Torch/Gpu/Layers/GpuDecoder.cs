using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// The decoder in plain tensor operations, for devices whose memory our kernels cannot reach (CUDA). It runs on the CPU's
/// tensors too, where the tests hold it against the reference. Unlike the CPU's decoder it promises no bits that are independent of the batch.
/// </summary>
internal sealed class GpuDecoder : IDecoder
{
    private const int FirstPromptRows = 512;

    private readonly GpuKeyValueCache _cache;
    private readonly PassFactory _passes;
    private readonly GpuModel _model;
    private readonly InputStaging _promptStaging;
    private readonly DecodePass _decode;
    private readonly Device _device;
    private readonly IStepDevice _stream;

    /// <summary>Loads the weights, which are not needed afterwards.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="layout">Sizes of the KV cache.</param>
    /// <param name="place">Where the model runs, and how.</param>
    /// <param name="parts">Owns what the decoder makes.</param>
    public GpuDecoder(DecoderSpec spec, ModelWeights weights, ScalarType type, KeyValueLayout layout, GpuPlace place, DisposableStack parts)
    {
        TensorSwitches.Check(spec);
        (_device, _stream) = (place.Device, place.Stream);
        _cache = new(layout, type, _device, parts);
        var places = parts.Own(new GpuPositions(spec, _device));
        var flash = UsableFlash(spec, type, place);
        UsesFlash = flash is not null;
        _passes = new(spec, _cache, places, flash, place.MostCopiedBytes, _device);
        _model = new(spec, weights, _cache, type, place, parts);
        _promptStaging = parts.Own(new InputStaging(_device, FirstPromptRows));
        var graphs = place.Graphs
            ? parts.Own(new StepGraphs(_stream, reason => place.Report($"Decoding steps are not captured as CUDA graphs: {reason}.")))
            : null;
        _decode = new(_model, _passes, graphs, layout, parts.Own(new InputStaging(_device, layout.SlotCount)));
    }

    /// <summary>Whether attention runs through the flash kernel.</summary>
    public bool UsesFlash { get; }

    public StepOutput Forward(StepPlan plan)
    {
        using var scope = NewDisposeScope();
        var split = PassSplit.Of(plan);
        var decoded = split.Singles.Length == 0 ? null : _decode.Forward(split.Singles);
        var (prompts, hidden) = split.Runs.Length == 0 ? default : Runs(split);
        if (plan.SamplingRows.Length == 0 && plan.PoolingRows.Length == 0)
        {
            _stream.Synchronize();    // nothing will be read back: the next step must not stage its inputs over this one's
        }

        var logits = plan.SamplingRows.Length == 0 ? null : InOrder(decoded, prompts, split.Order);
        return new(logits?.MoveToOuterDisposeScope(), hidden?.MoveToOuterDisposeScope());
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

    public void ReleaseState(int state) => throw NoStates();

    public void Restore(StateCopy copy) => throw NoStates();

    public void Save(StateCopy copy) => throw NoStates();

    /// <summary>Refuses it: a captured step multiplies all rows with the same matrices.</summary>
    public AdapterSummary LoadAdapter(int number, ModelFiles files) =>
        throw new ModelFormatException("Adapters are served by the CPU's kernels alone; set Rill__Device=cpu, or merge the adapter into its model.");

    public bool HasAdapter(int number) => false;

    /// <summary>Does nothing: none was loaded.</summary>
    public void UnloadAdapter(int number)
    {
    }

    /// <summary>Models with states are refused at load.</summary>
    private static NotSupportedException NoStates() => new("The GPU's decoder has no states.");

    private FlashAttention.Kernel? UsableFlash(DecoderSpec spec, ScalarType type, GpuPlace place)
    {
        if (!FlashAttention.Knows(spec))
        {
            return null;
        }

        if (place.Flash is { } kernel && FlashProbe.Fault(kernel, spec, _cache, type, _device) is { } fault)
        {
            place.Report($"Attention runs without the flash kernel: {fault}.");
            return null;
        }

        return place.Flash;
    }

    /// <summary>
    /// Computes the rows of runs: logits of those that sample, f32 [rows, vocabulary], and hidden states of those that pool, f32 [rows, hidden];
    /// null where there are none.
    /// </summary>
    private (Tensor? Logits, Tensor? Hidden) Runs(PassSplit split)
    {
        var rows = split.Runs;
        _promptStaging.Stage(rows, rows.Length);
        var hidden = _model.Forward(_passes.OfRuns(_promptStaging.Rows(rows.Length), SequenceRun.Of(rows)));
        return (
            split.RunsSampling.Length == 0 ? null : _model.Logits(Select(hidden, split.RunsSampling)),
            split.RunsPooling.Length == 0 ? null : _model.Normed(Select(hidden, split.RunsPooling)));
    }

    /// <summary>The logits of both passes in the order of the sampling rows.</summary>
    private Tensor InOrder(Tensor? decoded, Tensor? runs, long[]? order)
    {
        var logits = (decoded, runs) switch
        {
            (null, { } only) => only,
            ({ } only, null) => only,
            _ => cat([decoded!, runs!], 0),
        };
        return order is null ? logits : Select(logits, order);
    }

    private Tensor Select(Tensor source, long[] rows) => source.index_select(0, tensor(rows, device: _device));
}
