using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
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
    private const int FirstMixedRows = 4096;    // what there is room for at first

    private readonly GpuKeyValueCache _cache;
    private readonly DecodePass _decode;
    private readonly MixedPass _mixed;
    private readonly GpuPlace _place;
    private readonly LastTokens _last;
    private readonly Dictionary<int, int> _ends = [];    // of a step's slots
    private (long? Left, int Captures)? _before;         // the last step, where it may have taken memory: bytes beside tensors, graphs
    private int _mostSingles;
    private bool _hasCaptured;

    /// <summary>Loads the weights, which are not needed afterwards.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="packed">Its matrices in q8 or q4, on the host, by name; null for those of the weights.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="layout">Sizes of the KV cache.</param>
    /// <param name="place">Where the model runs, and how.</param>
    /// <param name="parts">Owns what the decoder makes.</param>
    public GpuDecoder(
        DecoderSpec spec, ModelWeights weights, Func<string, PackedPanels>? packed, ScalarType type, KeyValueLayout layout, GpuPlace place,
        DisposableStack parts)
    {
        TensorSwitches.Check(spec);
        _place = place;
        _cache = new(layout, type, place.Device, parts, place.Memory);
        var places = parts.Own(new GpuPositions(spec, place.Device));
        var flash = UsableFlash(spec, type, place);
        UsesFlash = flash is not null;
        var passes = new PassFactory(spec, _cache, places, flash, place.MostCopiedBytes, place.Device);
        var model = new GpuModel(spec, weights, packed, _cache, type, place, parts);
        Highest = model.Highest;
        var graphs = place.Graphs
            ? parts.Own(new StepGraphs(place.Stream, reason => place.Report($"Decoding steps are not captured as CUDA graphs: {reason}.")))
            : null;
        _last = parts.Own(new LastTokens(place.Device, layout.SlotCount));
        _decode = new(model, passes, graphs, layout, Upload(layout.SlotCount), _last);
        _mixed = new(model, passes, Upload(FirstMixedRows), _last);

        StepUpload<long> Upload(int rows) => parts.Own(new StepUpload<long>(place.Stream, place.Device, InputStaging.Planes * rows));
    }

    /// <summary>Whether attention runs through the flash kernel.</summary>
    public bool UsesFlash { get; }

    /// <summary>For logits f32 [N, vocabulary] the highest one's index, or -1 where it is not finite, int64 [N].</summary>
    public Func<Tensor, Tensor> Highest { get; }

    /// <summary>Adds the prefix cache, once, before blocks are saved: see <see cref="GpuKeyValueCache.AddBlocks"/>.</summary>
    public void AddBlocks(int count, long mostBytes) => _cache.AddBlocks(count, mostBytes);

    /// <summary>
    /// Captures decoding steps of the shapes that come most, so that no request waits for it: within bounds of time and memory, and once. Uses
    /// slot 0, which must be free.
    /// </summary>
    public void CaptureSteps()
    {
        if (_hasCaptured)
        {
            return;
        }

        _hasCaptured = true;
        _cache.Use(0, 1);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var count = _decode.CaptureCommon(() => Stopwatch.GetElapsedTime(started) < _place.CaptureTime && HasRoom());
            if (count > 0)
            {
                var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                _place.Inform(string.Create(CultureInfo.InvariantCulture, $"Decoding steps of {count} shapes were captured in {seconds:F1} s."));
            }
        }
        catch (ExternalException)
        {
            _decode.DropGraphs();    // libtorch ran out of memory: steps as large may never come
            _place.Report("The GPU's memory did not suffice to capture decoding steps at load; they are captured when they come.");
        }

        bool HasRoom() => _place.Stream.FreeMemory() is not { } free || free >= _place.LeastFreeBytes;
    }

    public StepOutput Forward(StepPlan plan)
    {
        using var scope = NewDisposeScope();
        DropGraphsAfterWant();
        Use(plan.Rows);
        var split = PassSplit.Of(plan);
        _before = MayTakeMemory(split) ? (BytesLeft(), _decode.Captures) : null;
        var (logits, hidden, slots) = split.IsDecoding && _decode.ShapeOf(split.Rows) is { } shape ? Decoded(split, shape) : _mixed.Forward(split);
        if (split.Logits.Length == 0 && split.Pooling.Length == 0)
        {
            return new(null, null);
        }

        return new(logits?.MoveToOuterDisposeScope(), hidden?.MoveToOuterDisposeScope(), slots?.MoveToOuterDisposeScope());
    }

    public void NoteSampled(Tensor slots, Tensor tokens) => _last.Note(slots, tokens);

    public void ReleaseSlot(int slot) => _cache.ReleaseSlot(slot);

    public void ReleaseBlock(int block) => _cache.ReleaseBlock(block);

    public void Restore(IReadOnlyList<BlockCopy> copies) => _cache.Restore(copies);

    public void Save(IReadOnlyList<BlockCopy> copies) => _cache.Save(copies);

    public void Recover() => _decode.DropGraphs();

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

    private (Tensor? Logits, Tensor? Hidden, Tensor? Slots) Decoded(PassSplit split, StepShape shape)
    {
        var (logits, slots) = _decode.Forward(split.Rows, shape);
        return (logits.narrow(0, 0, split.Logits.Length), null, slots.narrow(0, 0, split.Logits.Length));
    }

    /// <summary>
    /// libtorch's allocator gives back what nobody holds when it cannot get more, and then goes on: nobody is told. It shows in the device's
    /// free memory alone, which after the warm-up seldom changes in a step but by pages of ours and by new graphs: whenever else it did, graphs
    /// are captured anew.
    /// </summary>
    private void DropGraphsAfterWant()
    {
        if (_before is { } before && before.Captures == _decode.Captures && before.Left != BytesLeft())
        {
            _decode.DropGraphs();
        }
    }

    /// <summary>Whether a step may have tensors of sizes that there were none of.</summary>
    private bool MayTakeMemory(PassSplit split)
    {
        var isLarger = split.SingleCount > _mostSingles;
        _mostSingles = Math.Max(_mostSingles, split.SingleCount);
        return isLarger || !split.IsDecoding;
    }

    /// <summary>Bytes of the device that neither tensors nor others hold; null where that is not known.</summary>
    private long? BytesLeft() => _place.Stream.FreeMemory() + (_place.Memory?.TakenBytes ?? 0);

    /// <summary>Puts memory behind the positions that a step reads and writes.</summary>
    private void Use(TokenRow[] rows)
    {
        _ends.Clear();
        foreach (var row in rows)
        {
            _ends[row.Slot] = Math.Max(_ends.GetValueOrDefault(row.Slot), row.Position + 1);
        }

        foreach (var (slot, end) in _ends)
        {
            _cache.Use(slot, end);
        }
    }

    private FlashAttention.Kernel? UsableFlash(DecoderSpec spec, ScalarType type, GpuPlace place)
    {
        if (!FlashAttention.Knows(spec))
        {
            return null;
        }

        if (place.Flash is { } kernel && FlashProbe.Fault(kernel, spec, _cache, type, place) is { } fault)
        {
            place.Report($"Attention runs without the flash kernel: {fault}.");
            return null;
        }

        return place.Flash;
    }
}
