using Rill.Models;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Which specs the decoder of tensor operations executes.</summary>
internal static class TensorSwitches
{
    /// <summary>Refuses what it does not execute yet.</summary>
    /// <exception cref="ModelFormatException">The message names the architecture and what is missing.</exception>
    public static void Check(DecoderSpec spec)
    {
        if (spec.Latent is not null)
        {
            throw new ModelFormatException($"{spec.Architecture}: the GPU's decoder does not compute latent attention yet; serve the model on the CPU (Rill__Device=cpu).");
        }
    }
}
