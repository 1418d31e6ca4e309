using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>What libtorch's flash kernel computes, sequence by sequence, from the same arguments.</summary>
internal static class FlashStandIn
{
    public static Tensor Forward(Tensor queries, Tensor keys, Tensor values, FlashLengths lengths, int? window)
    {
        var queryStarts = lengths.QueryStarts.data<int>().ToArray();
        var keyStarts = lengths.KeyStarts.data<int>().ToArray();
        var keyCounts = lengths.KeyCounts.data<int>().ToArray();
        Assert.Equal(queryStarts.Length, keyStarts.Length);
        Assert.Equal(queryStarts[^1], (int)queries.shape[0]);
        var attended = new List<Tensor>();
        for (var sequence = 0; sequence < keyCounts.Length; sequence++)
        {
            var count = queryStarts[sequence + 1] - queryStarts[sequence];
            Assert.InRange(count, 1, lengths.MostQueries);
            Assert.InRange(keyCounts[sequence], count, lengths.MostKeys);
            attended.Add(Attend(
                queries.narrow(0, queryStarts[sequence], count),
                keys.narrow(0, keyStarts[sequence], keyCounts[sequence]),
                values.narrow(0, keyStarts[sequence], keyCounts[sequence]),
                window ?? int.MaxValue));
        }

        return cat(attended, 0);
    }

    /// <summary>[n, H, d] over [S, Hk, d], the last query over all keys.</summary>
    private static Tensor Attend(Tensor queries, Tensor keys, Tensor values, int window)
    {
        var (count, heads, length) = (queries.shape[0], queries.shape[1], keys.shape[0]);
        var group = heads / keys.shape[1];
        var scores = einsum("qhd,khd->hqk", queries, keys.repeat_interleave(group, 1)) / Math.Sqrt(queries.shape[2]);
        var distance = arange(length - count, length).unsqueeze(1) - arange(length).unsqueeze(0);
        var hidden = distance.lt(0).logical_or(distance.ge(window));
        return einsum("hqk,khd->qhd", scores.masked_fill(hidden, float.NegativeInfinity).softmax(2), values.repeat_interleave(group, 1));
    }
}
