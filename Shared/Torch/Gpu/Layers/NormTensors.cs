using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>A norm's weights; its offset is in them.</summary>
/// <param name="Weight">[width].</param>
/// <param name="Bias">[width]; null for none.</param>
internal sealed record NormTensors(Tensor Weight, Tensor? Bias = null);
