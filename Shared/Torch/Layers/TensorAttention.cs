using Rill.Models;
using Rill.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Layers;

/// <summary>Consecutive tokens of one sequence within a step.</summary>
/// <param name="FirstRow">The step's row of the first.</param>
/// <param name="Count">Number of tokens.</param>
/// <param name="Slot">The sequence's slot.</param>
/// <param name="Start">Position of the first.</param>
internal readonly record struct SequenceRun(int FirstRow, int Count, int Slot, int Start)
{
    /// <summary>Finds the runs of a step's rows.</summary>
    public static List<SequenceRun> Of(TokenRow[] rows)
    {
        var runs = new List<SequenceRun>();
        for (var row = 0; row < rows.Length; row++)
        {
            if (runs is [.., var last] && last.Slot == rows[row].Slot && last.Start + last.Count == rows[row].Position)
            {
                runs[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                runs.Add(new(row, 1, rows[row].Slot, rows[row].Position));
            }
        }

        return runs;
    }
}

/// <summary>Attention in plain tensor operations, one sequence after the other. Letters: N rows, n rows of one sequence, H heads, S positions, d width of a head.</summary>
internal sealed class TensorAttention(DecoderSpec spec, TensorKeyValueCache cache, Device device) : IDisposable
{
    private readonly Tensor _frequencies = tensor(spec.Rotary.InverseFrequencies(spec.HeadDim), device: device);

    /// <summary>The rotations of a step's rows, each [N, 1, d/2], f32. The caller's scope owns them.</summary>
    public (Tensor Cosines, Tensor Sines) Rotations(TokenRow[] rows)
    {
        var positions = tensor(Array.ConvertAll(rows, row => (float)row.Position), device: device).unsqueeze(1);
        var angles = (positions * _frequencies).unsqueeze(1);
        return (angles.cos(), angles.sin());
    }

    /// <summary>[N, (H + 2 Hk) d] to [N, H d].</summary>
    public Tensor Forward(Tensor queryKeyValue, int index, TensorLayer layer, List<SequenceRun> runs, (Tensor Cosines, Tensor Sines) rotations)
    {
        using var scope = NewDisposeScope();
        var (heads, shared) = (spec.HeadCount, spec.KeyValueHeadCount);
        var split = queryKeyValue.view(-1, heads + (2 * shared), spec.HeadDim);
        var queries = Rotate(split.narrow(1, 0, heads), layer.QueryNorm, rotations);
        var keys = Rotate(split.narrow(1, heads, shared), layer.KeyNorm, rotations).flatten(1);
        var values = split.narrow(1, heads + shared, shared).flatten(1);
        var attended = runs.Select(run =>
        {
            cache.Write(run.Slot, index, run.Start, keys.narrow(0, run.FirstRow, run.Count), values.narrow(0, run.FirstRow, run.Count));
            return Attend(queries.narrow(0, run.FirstRow, run.Count), run, index);
        }).ToList();
        return cat(attended, 0).MoveToOuterDisposeScope();
    }

    public void Dispose() => _frequencies.Dispose();

    private Tensor Rotate(Tensor heads, Tensor? norm, (Tensor Cosines, Tensor Sines) rotations)
    {
        var half = spec.HeadDim / 2;
        var normed = (norm is null ? heads : TensorDecoder.Norm(heads, norm, spec.NormEpsilon)).to_type(ScalarType.Float32);
        var (first, second) = (normed.narrow(2, 0, half), normed.narrow(2, half, half));
        return cat([(first * rotations.Cosines) - (second * rotations.Sines), (second * rotations.Cosines) + (first * rotations.Sines)], 2).to_type(heads.dtype);
    }

    /// <summary>[n, H, d] to [n, H d].</summary>
    private Tensor Attend(Tensor queries, SequenceRun run, int index)
    {
        var window = spec.AttentionWindows[index] ?? int.MaxValue;
        var first = Math.Max(0, run.Start + 1 - window);
        var end = run.Start + run.Count;
        var keys = Expand(cache.Read(run.Slot, index, keys: true, first, end - first));
        var values = Expand(cache.Read(run.Slot, index, keys: false, first, end - first));
        using var mask = run.Count == 1 ? null : Mask(run, first, end, window);
        return nn.functional.scaled_dot_product_attention(queries.transpose(0, 1).unsqueeze(0), keys, values, mask)
            .squeeze(0).transpose(0, 1).flatten(1);
    }

    /// <summary>[S, Hk d] to [1, H, S, d]: each key/value head once for every query head of its group.</summary>
    private Tensor Expand(Tensor cached) =>
        cached.view(-1, spec.KeyValueHeadCount, spec.HeadDim).transpose(0, 1)
            .repeat_interleave(spec.HeadCount / spec.KeyValueHeadCount, 0).unsqueeze(0);

    /// <summary>[n, S], true where a row sees a position: not later than its own, and within the window.</summary>
    private Tensor Mask(SequenceRun run, int first, int end, int window)
    {
        var rows = arange(run.Start, end, ScalarType.Int64, device).unsqueeze(1);
        var positions = arange(first, end, ScalarType.Int64, device).unsqueeze(0);
        return positions.le(rows).logical_and(positions.gt(rows - window));
    }
}
