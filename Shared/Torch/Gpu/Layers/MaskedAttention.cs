using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention of many sequences' single tokens at once, in plain tensor operations of fixed shapes: every row reads S positions of its slot,
/// and a mask hides what lies beyond its own. Behind those there may be no memory: its own is read again in their stead. Letters: B rows,
/// H query heads in groups of G over Hk key and value heads, d width of a head.
/// </summary>
internal sealed class MaskedAttention : IGpuAttention
{
    private readonly DecoderSpec _spec;
    private readonly GpuKeyValueCache _cache;
    private readonly Tensor _rows;                                 // int64 [B S], of the cache
    private readonly int _span;
    private readonly Dictionary<AttentionReach, Tensor> _masks;    // each [B, 1, 1, S]

    /// <summary>Makes the masks and the places of what is read, which the caller's scope owns.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="cache">Keys and values.</param>
    /// <param name="slots">int64 [B].</param>
    /// <param name="positions">int64 [B]; less than <paramref name="span"/>.</param>
    /// <param name="span">S.</param>
    public MaskedAttention(DecoderSpec spec, GpuKeyValueCache cache, Tensor slots, Tensor positions, int span)
    {
        (_spec, _cache, _span) = (spec, cache, span);
        var columns = arange(0, span, ScalarType.Int64, slots.device).unsqueeze(0);    // [1, S]
        var rows = positions.unsqueeze(1);                                             // [B, 1]
        _rows = ((slots.unsqueeze(1) * cache.SlotStride) + columns.minimum(rows)).flatten();
        _masks = Enumerable.Range(0, spec.LayerCount).Select(layer => GpuReach.Of(spec, layer)).Distinct()
            .ToDictionary(reach => reach, reach => GpuReach.Mask(reach, rows, columns).unsqueeze(1).unsqueeze(1));
    }

    public Tensor Forward(Tensor queries, int layer, Tensor? sinks)
    {
        var (shared, width) = (_spec.KeyValueHeadCount, _spec.HeadDim);
        var group = _spec.HeadCount / shared;
        var grouped = queries.view(-1, shared, group, width);                          // [B, Hk, G, d]
        var keys = Heads(_cache.ReadRows(_rows, layer, keys: true));
        var values = Heads(_cache.ReadRows(_rows, layer, keys: false));
        var mask = _masks[GpuReach.Of(_spec, layer)];
        var attended = SoftmaxAttention.IsFor(_spec)
            ? SoftmaxAttention.Forward(grouped, keys, values, mask, _spec.AttentionSoftCap, sinks?.view(1, shared, group, 1))
            : nn.functional.scaled_dot_product_attention(grouped, keys, values, mask);
        return attended.reshape(-1, _spec.HeadCount * width);
    }

    /// <summary>[B S, Hk d] to [B, Hk, S, d]; a view.</summary>
    private Tensor Heads(Tensor cached) => cached.view(-1, _span, _spec.KeyValueHeadCount, _spec.HeadDim).transpose(1, 2);
}
