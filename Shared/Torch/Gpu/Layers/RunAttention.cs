using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention of prompts in plain tensor operations, one sequence after the other. Letters: n rows of one sequence, S positions,
/// H query heads in groups of G over Hk key and value heads, d width of a head.
/// </summary>
internal sealed class RunAttention : IGpuAttention
{
    private readonly DecoderSpec _spec;
    private readonly GpuKeyValueCache _cache;
    private readonly List<(SequenceRun Whole, SequenceRun[] Pieces)> _runs;
    private readonly Device _device;

    /// <param name="spec">The model.</param>
    /// <param name="cache">Keys and values.</param>
    /// <param name="runs">The rows.</param>
    /// <param name="device">Where they lie.</param>
    /// <param name="mostScoreBytes">
    /// No more bytes of scores, or of masks where libtorch's kernel computes the scores, are there at once, except for one row's.
    /// </param>
    public RunAttention(DecoderSpec spec, GpuKeyValueCache cache, List<SequenceRun> runs, Device device, long mostScoreBytes = 256L << 20)
    {
        (_spec, _cache, _device) = (spec, cache, device);
        var positionBytes = SoftmaxAttention.IsFor(spec)
            ? spec.HeadCount * sizeof(float)
            : spec.HeadCount / spec.KeyValueHeadCount * (sizeof(bool) + sizeof(float));    // libtorch makes numbers of a mask of truths
        _runs = runs.ConvertAll(run => (run, run.Cut(RowsAtOnce(run)).ToArray()));

        int RowsAtOnce(SequenceRun run) => (int)Math.Clamp(mostScoreBytes / ((long)positionBytes * (run.Start + run.Count)), 1, run.Count);
    }

    public Tensor Forward(Tensor queries, int layer, Tensor? sinks)
    {
        var reach = GpuReach.Of(_spec, layer);
        return cat([.. _runs.SelectMany(run => IsTriangle(run.Whole, reach)
            ? [AttendToAllBefore(queries.narrow(0, run.Whole.FirstRow, run.Whole.Count), run.Whole, layer)]
            : run.Pieces.Select(piece => Attend(queries.narrow(0, piece.FirstRow, piece.Count), piece, layer, sinks)))], 0);
    }

    /// <summary>Whether each row sees just all before it, and libtorch's kernel, which knows that case without a mask, computes it.</summary>
    private bool IsTriangle(SequenceRun run, AttentionReach reach) =>
        run.Start == 0 && run.Count > 1 && reach.Window >= run.Count && reach.Stretch >= run.Count && !SoftmaxAttention.IsFor(_spec);

    /// <summary>
    /// [n, H, d] to [n, H d], of a text from its beginning: without a mask, and so without half of the work, once keys are copied for each
    /// query head.
    /// </summary>
    private Tensor AttendToAllBefore(Tensor queries, SequenceRun run, int layer)
    {
        var attended = nn.functional.scaled_dot_product_attention(
            queries.transpose(0, 1).unsqueeze(0), ForEachQueryHead(keys: true), ForEachQueryHead(keys: false), is_casual: true);
        return attended.squeeze(0).transpose(0, 1).reshape(run.Count, -1);

        Tensor ForEachQueryHead(bool keys)
        {
            var heads = Heads(_cache.Read(run.Slot, layer, keys, 0, run.Count)).unsqueeze(2);    // [1, Hk, 1, n, d]
            return heads.expand(1, _spec.KeyValueHeadCount, _spec.HeadCount / _spec.KeyValueHeadCount, run.Count, _spec.HeadDim).flatten(1, 2);
        }
    }

    /// <summary>
    /// [n, H, d] to [n, H d]. A group's queries share a key head, so they stand one after the other as G n queries of it: no key or
    /// value is copied for a second query head.
    /// </summary>
    private Tensor Attend(Tensor queries, SequenceRun run, int layer, Tensor? sinks)
    {
        var (shared, width) = (_spec.KeyValueHeadCount, _spec.HeadDim);
        var group = _spec.HeadCount / shared;
        var reach = GpuReach.Of(_spec, layer);
        var first = reach.First(run.Start);
        var end = run.Start + run.Count;
        var keys = Heads(_cache.Read(run.Slot, layer, keys: true, first, end - first));
        var values = Heads(_cache.Read(run.Slot, layer, keys: false, first, end - first));
        var grouped = queries.view(run.Count, shared, group, width).permute(1, 2, 0, 3).reshape(1, shared, group * run.Count, width);
        var mask = run.Count == 1 ? null : Mask(run, first, reach).repeat(group, 1);
        var sinksOfRows = sinks?.repeat_interleave(run.Count).view(1, shared, group * run.Count, 1);
        var attended = SoftmaxAttention.IsFor(_spec)
            ? SoftmaxAttention.Forward(grouped, keys, values, mask, _spec.AttentionSoftCap, sinksOfRows)
            : nn.functional.scaled_dot_product_attention(grouped, keys, values, mask);
        return attended.view(shared, group, run.Count, width).permute(2, 0, 1, 3).reshape(run.Count, _spec.HeadCount * width);
    }

    /// <summary>[S, Hk d] to [1, Hk, S, d]; a view.</summary>
    private Tensor Heads(Tensor cached) => cached.view(-1, _spec.KeyValueHeadCount, _spec.HeadDim).transpose(0, 1).unsqueeze(0);

    /// <summary>bool [n, S].</summary>
    private Tensor Mask(SequenceRun run, int first, AttentionReach reach)
    {
        var end = run.Start + run.Count;
        var rows = arange(run.Start, end, ScalarType.Int64, _device).unsqueeze(1);
        var positions = arange(first, end, ScalarType.Int64, _device).unsqueeze(0);
        return GpuReach.Mask(reach, rows, positions);
    }
}
