using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>A layer's feed-forward.</summary>
internal interface IGpuFeedForward
{
    /// <summary>[N, hidden] to [N, hidden]. The caller's scope owns what it makes.</summary>
    /// <param name="input">The rows.</param>
    /// <param name="hasFixedShapes">See <see cref="GpuPass.HasFixedShapes"/>.</param>
    Tensor Forward(Tensor input, bool hasFixedShapes);
}
