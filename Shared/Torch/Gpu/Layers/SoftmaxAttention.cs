using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention operation by operation, for what libtorch's own kernels do not know: capped scores, and sinks. Scores are in f32. Letters:
/// B sequences, Hk key and value heads, M queries of each of them, S positions, d width of a head.
/// </summary>
internal static class SoftmaxAttention
{
    /// <summary>Whether a model needs it.</summary>
    public static bool IsFor(DecoderSpec spec) => spec.AttentionSoftCap is not null || spec.AttentionSinks;

    /// <summary>softmax(cap(q kᵀ / sqrt(d))) v. The caller's scope owns what it makes.</summary>
    /// <param name="queries">[B, Hk, M, d].</param>
    /// <param name="keys">[B, Hk, S, d].</param>
    /// <param name="values">[B, Hk, S, d].</param>
    /// <param name="mask">True where a query sees a position, bool, of a shape that broadcasts to [B, Hk, M, S]; null for all.</param>
    /// <param name="softCap">See <see cref="DecoderSpec.AttentionSoftCap"/>.</param>
    /// <param name="sinks">A logit for each query that joins its sum, f32, of a shape that broadcasts to [B, Hk, M, 1]; null for none.</param>
    /// <returns>[B, Hk, M, d].</returns>
    public static Tensor Forward(Tensor queries, Tensor keys, Tensor values, Tensor? mask, float? softCap, Tensor? sinks)
    {
        var scores = queries.matmul(keys.transpose(2, 3)).to_type(ScalarType.Float32).mul_(1 / Math.Sqrt(queries.shape[3]));
        if (softCap is { } cap)
        {
            scores.div_(cap).tanh_().mul_(cap);
        }

        if (mask is not null)
        {
            scores.masked_fill_(mask.logical_not(), float.NegativeInfinity);
        }

        if (sinks is null)
        {
            return scores.softmax(3).to_type(values.dtype).matmul(values);
        }

        var (batch, heads, rows, span) = (scores.shape[0], scores.shape[1], scores.shape[2], scores.shape[3]);
        var weights = cat([scores, sinks.expand(batch, heads, rows, 1)], 3).softmax(3).narrow(3, 0, span);
        return weights.to_type(values.dtype).matmul(values);
    }
}
