using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>libtorch's flash attention over sequences of different lengths (CUDA, f16 and bf16), which TorchSharp does not expose.</summary>
internal static class FlashKernel
{
    /// <summary>
    /// Causal attention, softmax(q kᵀ / sqrt(d)) v, each query over the keys of its sequence up to its own position; null when libtorch
    /// has no such kernel for these tensors.
    /// </summary>
    /// <param name="queries">[N, H, d].</param>
    /// <param name="keys">[R, Hk, d], H a multiple of Hk.</param>
    /// <param name="values">[R, Hk, d].</param>
    /// <param name="lengths">Which rows belong together.</param>
    /// <param name="window">How many latest positions, its own included, a query sees; null for all.</param>
    /// <returns>[N, H, d].</returns>
    public static Tensor? TryForward(Tensor queries, Tensor keys, Tensor values, FlashLengths lengths, int? window)
    {
        // A single query sees all keys anyway; saying so lets the kernel treat the heads of a group as rows of one query.
        var causal = lengths.MostQueries > 1 || window is not null;
        return new OperatorCall("aten::_flash_attention_forward")
            .Tensor(queries).Tensor(keys).Tensor(values)
            .OptionalTensor(lengths.QueryStarts).OptionalTensor(lengths.KeyStarts)
            .Integer(lengths.MostQueries).Integer(lengths.MostKeys)
            .Double(0)                                          // dropout_p
            .Bool(causal)
            .Bool(false)                                        // return_debug_mask
            .OptionalDouble(null)                               // scale: 1 / sqrt(d)
            .OptionalInteger(window is { } width ? width - 1 : null)
            .OptionalInteger(window is null ? null : 0)
            .OptionalTensor(lengths.KeyCounts)
            .OptionalTensor(null)                               // alibi_slopes
            .TryInvoke(results: 5)?[0];
    }
}
