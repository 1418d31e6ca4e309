using Rill.Models;
using Rill.Torch.Cache;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention of many sequences' single tokens at once, in plain tensor operations of fixed shapes: every row reads the first S positions
/// of its slot, and a mask hides what lies beyond its own. Letters: B rows, H query heads in groups of G over Hk key and value heads,
/// d width of a head.
/// </summary>
internal sealed class MaskedAttention : IGpuAttention
{
    private readonly DecoderSpec _spec;
    private readonly GpuKeyValueCache _cache;
    private readonly Tensor _slots;
    private readonly int _span;
    private readonly Dictionary<int, Tensor> _masks = [];    // by window

    /// <summary>Makes the masks, which the caller's scope owns.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="cache">Keys and values.</param>
    /// <param name="slots">int64 [B].</param>
    /// <param name="positions">int64 [B]; less than <paramref name="span"/>.</param>
    /// <param name="span">S.</param>
    public MaskedAttention(DecoderSpec spec, GpuKeyValueCache cache, Tensor slots, Tensor positions, int span)
    {
        (_spec, _cache, _slots, _span) = (spec, cache, slots, span);
        var columns = arange(0, span, ScalarType.Int64, slots.device).unsqueeze(0);    // [1, S]
        var rows = positions.unsqueeze(1);                                             // [B, 1]
        var reached = columns.le(rows);
        foreach (var window in spec.AttentionWindows.Select(Width).Distinct())
        {
            var mask = window == int.MaxValue ? reached : reached.logical_and(columns.gt(rows - window));
            _masks[window] = mask.unsqueeze(1).unsqueeze(1);                           // [B, 1, 1, S]
        }
    }

    public Tensor Forward(Tensor queries, int layer)
    {
        var (shared, width) = (_spec.KeyValueHeadCount, _spec.HeadDim);
        var grouped = queries.view(-1, shared, _spec.HeadCount / shared, width);       // [B, Hk, G, d]
        var keys = Heads(_cache.ReadSlots(_slots, layer, keys: true, _span));
        var values = Heads(_cache.ReadSlots(_slots, layer, keys: false, _span));
        return nn.functional.scaled_dot_product_attention(grouped, keys, values, _masks[Width(_spec.AttentionWindows[layer])])
            .reshape(-1, _spec.HeadCount * width);
    }

    /// <summary>[B, S, Hk d] to [B, Hk, S, d]; a view.</summary>
    private Tensor Heads(Tensor cached) => cached.view(-1, _span, _spec.KeyValueHeadCount, _spec.HeadDim).transpose(1, 2);

    private static int Width(int? window) => window ?? int.MaxValue;
}
