using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>A linear layer.</summary>
internal interface IGpuLinear
{
    /// <summary>[N, inputs] to [N, outputs]. The caller's scope owns what it makes.</summary>
    Tensor Forward(Tensor input);
}

/// <summary>A linear layer whose weights are elements of the computing type.</summary>
/// <param name="Weight">[outputs, inputs].</param>
/// <param name="Bias">[outputs]; null for none.</param>
internal sealed record DenseLinear(Tensor Weight, Tensor? Bias) : IGpuLinear
{
    public Tensor Forward(Tensor input) => nn.functional.linear(input, Weight, Bias);
}

/// <summary>A linear layer whose weights are packed in q8 or q4.</summary>
/// <param name="Kernels">Compute with them.</param>
/// <param name="Weight">[outputs, inputs].</param>
/// <param name="Bias">[outputs]; null for none.</param>
internal sealed record PackedLinear(PanelKernels Kernels, DevicePanels Weight, Tensor? Bias) : IGpuLinear
{
    public Tensor Forward(Tensor input) => Kernels.Multiply(Weight, input, Bias);
}

/// <summary>Linear layers over the same input whose results stand side by side.</summary>
/// <param name="Layers">The layers.</param>
internal sealed record LinearsBeside(IReadOnlyList<IGpuLinear> Layers) : IGpuLinear
{
    public Tensor Forward(Tensor input) => cat([.. Layers.Select(layer => layer.Forward(input))], 1);
}
