using Rill.Models;
using Rill.Torch.Decoding;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Which positions the rows of a layer attend to.</summary>
internal static class GpuReach
{
    /// <summary>A window, or a stretch, that is as good as none.</summary>
    public const int Unlimited = 1 << 30;

    /// <summary>A layer's window and stretch.</summary>
    public static AttentionReach Of(DecoderSpec spec, int layer)
    {
        var stretch = spec.AttentionChunks.Count == 0 ? null : spec.AttentionChunks[layer];
        return new(spec.AttentionWindows[layer] ?? Unlimited, stretch ?? Unlimited);
    }

    /// <summary>Where a row sees a position: not later than its own, within the window, in the same stretch.</summary>
    /// <param name="reach">The layer's.</param>
    /// <param name="rows">The rows' positions, int64 [N, 1].</param>
    /// <param name="columns">The positions to be seen, int64 [1, S].</param>
    /// <returns>bool [N, S].</returns>
    public static Tensor Mask(AttentionReach reach, Tensor rows, Tensor columns)
    {
        var mask = columns.le(rows);
        if (reach.Window != Unlimited)
        {
            mask = mask.logical_and(columns.gt(rows - reach.Window));
        }

        return reach.Stretch == Unlimited ? mask : mask.logical_and(columns.ge(FirstOfStretch(rows, reach.Stretch)));
    }

    /// <summary>The first positions of the stretches that positions lie in, int64.</summary>
    public static Tensor FirstOfStretch(Tensor positions, int stretch) => positions - positions.remainder(stretch);
}
