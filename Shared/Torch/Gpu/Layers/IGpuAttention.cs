using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Attention of one pass's rows over the KV cache, which holds their own keys and values by then. Scores are multiplied with 1 / sqrt(d).
/// </summary>
internal interface IGpuAttention
{
    /// <summary>The caller's scope owns what it makes.</summary>
    /// <param name="queries">[N rows, H heads, d].</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="sinks">A logit for each head that joins its softmax's sum, f32 [H]; null for none.</param>
    /// <returns>[N, H d].</returns>
    Tensor Forward(Tensor queries, int layer, Tensor? sinks);
}
