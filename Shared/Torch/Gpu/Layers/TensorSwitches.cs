using Rill.Models;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Which specs the decoder of tensor operations executes.</summary>
internal static class TensorSwitches
{
    /// <summary>Refuses what it does not execute yet.</summary>
    /// <exception cref="ModelFormatException">The message names the architecture and what is missing.</exception>
    public static void Check(DecoderSpec spec)
    {
        if (Missing(spec) is { } missing)
        {
            throw new ModelFormatException(
                $"{spec.Architecture}: the GPU's decoder does not compute {missing} yet; serve the model on the CPU (Rill__Device=cpu).");
        }
    }

    /// <summary>What a spec asks for and the decoder does not execute; null for nothing.</summary>
    public static string? Missing(DecoderSpec spec) =>
        spec.Latent is not null ? "latent attention"
        : spec.HeadDims.Count > 0 || spec.KeyValueHeadCounts.Count > 0 ? "heads that differ from layer to layer"
        : spec.Mixers.OfType<DeltaNetSpec>().Any() ? "gated delta nets"
        : spec.Mixers.OfType<ShortConvSpec>().Any() ? "short convolutions"
        : spec.OutputGate ? "gates on attention's result"
        : spec.KeyValueSources.Count > 0 ? "layers without keys and values of their own"
        : spec.ValueNorm || spec.ValuesFromKeyProjection.Count > 0 ? "values that are normed or come from the keys' projection"
        : spec.FeedForwardSizes.Count > 0 || spec.GateCutoffs.Count > 0 ? "feed-forwards that differ from layer to layer"
        : spec.PerLayerInputs is not null ? "per-layer inputs"
        : spec.AltUp is not null || spec.LaurelRank is not null ? "several residual streams"
        : spec.LayerScale ? "layers with a scale"
        : spec.Experts.Any(experts => experts is { BesideDense: true }) ? "experts beside a dense feed-forward"
        : null;
}
