using Rill.Models;
using Rill.Torch.Cache;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention of prompts in plain tensor operations, one sequence after the other. Letters: n rows of one sequence, S positions,
/// H query heads in groups of G over Hk key and value heads, d width of a head.
/// </summary>
internal sealed class RunAttention(DecoderSpec spec, GpuKeyValueCache cache, List<SequenceRun> runs, Device device) : IGpuAttention
{
    public Tensor Forward(Tensor queries, int layer) =>
        cat(runs.ConvertAll(run => Attend(queries.narrow(0, run.FirstRow, run.Count), run, layer)), 0);

    /// <summary>
    /// [n, H, d] to [n, H d]. A group's queries share a key head, so they stand one after the other as G n queries of it: no key or
    /// value is copied for a second query head.
    /// </summary>
    private Tensor Attend(Tensor queries, SequenceRun run, int layer)
    {
        var (shared, width) = (spec.KeyValueHeadCount, spec.HeadDim);
        var group = spec.HeadCount / shared;
        var window = spec.AttentionWindows[layer] ?? int.MaxValue;
        var first = Math.Max(0, run.Start + 1 - window);
        var end = run.Start + run.Count;
        var keys = Heads(cache.Read(run.Slot, layer, keys: true, first, end - first));
        var values = Heads(cache.Read(run.Slot, layer, keys: false, first, end - first));
        var grouped = queries.view(run.Count, shared, group, width).permute(1, 2, 0, 3).reshape(1, shared, group * run.Count, width);
        var mask = run.Count == 1 ? null : Mask(run, first, end, window).repeat(group, 1);
        return nn.functional.scaled_dot_product_attention(grouped, keys, values, mask)
            .view(shared, group, run.Count, width).permute(2, 0, 1, 3).reshape(run.Count, spec.HeadCount * width);
    }

    /// <summary>[S, Hk d] to [1, Hk, S, d]; a view.</summary>
    private Tensor Heads(Tensor cached) => cached.view(-1, spec.KeyValueHeadCount, spec.HeadDim).transpose(0, 1).unsqueeze(0);

    /// <summary>[n, S], true where a row sees a position: not later than its own, and within the window.</summary>
    private Tensor Mask(SequenceRun run, int first, int end, int window)
    {
        var rows = arange(run.Start, end, ScalarType.Int64, device).unsqueeze(1);
        var positions = arange(first, end, ScalarType.Int64, device).unsqueeze(0);
        return positions.le(rows).logical_and(positions.gt(rows - window));
    }
}
