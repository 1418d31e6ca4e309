using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Attention of one pass's rows over the KV cache, which holds their own keys and values by then.</summary>
internal interface IGpuAttention
{
    /// <summary>Queries [N rows, H heads, d] of a layer to [N, H d]. The caller's scope owns what it makes.</summary>
    Tensor Forward(Tensor queries, int layer);
}
