using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention of all sequences of a pass in one call of libtorch's flash kernel, prompts and single tokens alike: it reads each sequence's
/// keys where they lie in the cache, and knows grouped queries. Where a layer cuts texts into stretches, each stretch is a sequence of its
/// own to it. Letters: N rows of B sequences, H query heads over Hk key and value heads, d width of a head, R rows of a layer in the cache.
/// </summary>
internal sealed class FlashAttention : IGpuAttention
{
    /// <summary>The kernel, or a stand-in for it.</summary>
    public delegate Tensor? Kernel(Tensor queries, Tensor keys, Tensor values, FlashLengths lengths, int? window);

    private readonly DecoderSpec _spec;
    private readonly GpuKeyValueCache _cache;
    private readonly Kernel _kernel;
    private readonly Dictionary<int, FlashLengths> _lengths;    // by the size of stretches

    private FlashAttention(DecoderSpec spec, GpuKeyValueCache cache, Kernel kernel, Func<int, FlashLengths> lengths)
    {
        (_spec, _cache, _kernel) = (spec, cache, kernel);
        _lengths = StretchesOf(spec).ToDictionary(stretch => stretch, lengths);
    }

    /// <summary>Whether the kernel computes a model's attention.</summary>
    public static bool Knows(DecoderSpec spec) => !SoftmaxAttention.IsFor(spec);

    /// <summary>For single tokens at positions int64 [B] of slots int64 [B]; all lengths are computed on the device.</summary>
    public static FlashAttention OfSingles(DecoderSpec spec, GpuKeyValueCache cache, Kernel kernel, Tensor slots, Tensor positions, int span) =>
        new(spec, cache, kernel, stretch => Singles(cache, slots, positions, span, stretch));

    /// <summary>For stretches of sequences, whose numbers were sent.</summary>
    public static FlashAttention OfRuns(DecoderSpec spec, GpuKeyValueCache cache, Kernel kernel, FlashRuns runs) =>
        new(spec, cache, kernel, runs.Lengths);

    /// <summary>The sizes of stretches that there are among a model's layers.</summary>
    public static IEnumerable<int> StretchesOf(DecoderSpec spec) =>
        Enumerable.Range(0, spec.LayerCount).Select(layer => GpuReach.Of(spec, layer).Stretch).Distinct();

    public Tensor Forward(Tensor queries, int layer, Tensor? sinks)
    {
        var keys = _cache.RowsOf(layer, keys: true).view(-1, _spec.KeyValueHeadCount, _spec.HeadDim);       // [R, Hk, d]
        var values = _cache.RowsOf(layer, keys: false).view(-1, _spec.KeyValueHeadCount, _spec.HeadDim);
        var lengths = _lengths[StretchOf(layer)];
        var window = _spec.AttentionWindows[layer] < lengths.MostKeys ? _spec.AttentionWindows[layer] : null;    // one that hides nothing costs speed
        var attended = _kernel(queries, keys, values, lengths, window)
            ?? throw new InvalidOperationException("libtorch's flash kernel refused a pass.");
        return attended.reshape(-1, _spec.HeadCount * _spec.HeadDim);
    }

    private static FlashLengths Singles(GpuKeyValueCache cache, Tensor slots, Tensor positions, int span, int stretch)
    {
        var count = slots.shape[0];
        var (keys, place) = (slots * cache.SlotStride, positions);
        if (stretch != GpuReach.Unlimited)
        {
            var first = GpuReach.FirstOfStretch(positions, stretch);
            (keys, place) = (keys + first, positions - first);
        }

        var starts = keys.to_type(ScalarType.Int32);
        return new FlashLengths
        {
            QueryStarts = arange(0, count + 1, ScalarType.Int32, slots.device),
            KeyStarts = cat([starts, starts.narrow(0, 0, 1)], 0),
            KeyCounts = (place + 1).to_type(ScalarType.Int32),
            MostQueries = 1,
            MostKeys = Math.Min(span, stretch),
        };
    }

    private int StretchOf(int layer) => GpuReach.Of(_spec, layer).Stretch;
}
