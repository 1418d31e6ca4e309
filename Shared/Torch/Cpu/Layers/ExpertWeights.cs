using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Linear layers over the same input, side by side, of one expert.</summary>
/// <param name="weights">One or more, of the same inner size and kind.</param>
/// <param name="bias">For all outputs; null for none.</param>
internal sealed unsafe class ExpertWeights(LinearWeight[] weights, WeightVector? bias)
{
    /// <summary>True when <see cref="Multiply"/> takes its input quantized.</summary>
    public bool TakesQuantized => weights[0].TakesQuantized;

    /// <summary>Some outputs of one of the layers for some rows, with the bias.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="first">Its first output.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="input">The rows.</param>
    /// <param name="target">Where the first row's outputs of all layers begin.</param>
    /// <param name="stride">Elements from one row's outputs to the next's.</param>
    public void Multiply(int layer, int first, int end, in LinearInput input, float* target, int stride)
    {
        var offset = layer * weights[0].Outputs;
        weights[layer].Multiply(first, end - first, input, target + offset + first, stride);
        for (var row = 0; bias is not null && row < input.Count; row++)
        {
            RowKernels.Add<Float32Elements>(target + ((nint)row * stride) + offset + first, bias.Values + offset + first, end - first);
        }
    }
}
