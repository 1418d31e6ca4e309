using Rill.Models;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Which specs the decoder of tensor operations executes.</summary>
internal static class TensorSwitches
{
    /// <summary>Refuses what it does not execute yet.</summary>
    /// <exception cref="ModelFormatException">The message names the architecture and its switch.</exception>
    public static void Check(DecoderSpec spec)
    {
        (bool Has, string What)[] missing =
        [
            (spec.Norm != NormKind.Rms || spec.NormOffset != 0 || spec.NormBias, "norms"),
            (!spec.PreNorms || spec.PostNorms || spec.SubNorms, "norms after attention"),
            (spec.Residual != ResidualKind.Sequential, "parallel attention and feed-forward"),
            (spec.Rotaries.Distinct().Count() != 1 || spec.Rotaries[0] is not { Interleaved: false, AttentionFactor: 1, Dimensions: null }, "positions"),
            (spec.LearnedPositions, "learned positions"),
            (spec.QueryKeyNorm is not (QueryKeyNorm.None or QueryKeyNorm.Head), "norms over queries and keys"),
            (spec.AttentionScale is not null || spec.AttentionSoftCap is not null || spec.AttentionSinks, "attention scores"),
            (spec.AttentionChunks.Count > 0 || spec.QueryTemperatures.Count > 0, "chunked attention"),
            (spec.Activation != Activation.Silu || !spec.Gated, "activation"),
            (spec.Experts.Count > 0, "experts"),
            (spec.EmbeddingScale != 1 || spec.ResidualScale != 1 || spec.LogitScale != 1 || spec.LogitSoftCap is not null || spec.HeadBias, "scales"),
        ];
        foreach (var (has, what) in missing)
        {
            if (has)
            {
                throw new ModelFormatException($"{spec.Architecture}: the GPU's decoder does not compute its {what} yet; serve it on the CPU (Rill__Device=cpu).");
            }
        }
    }
}
