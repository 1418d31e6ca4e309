using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Rows that go through the model together, all on the device. Letters: N rows, d width of a head.</summary>
internal sealed class GpuPass
{
    /// <summary>Token ids, int64 [N].</summary>
    public required Tensor Tokens { get; init; }

    /// <summary>Where a row's keys and values go in each layer's part of the cache (see GpuKeyValueCache.RowsOf), int64 [N].</summary>
    public required Tensor CacheRows { get; init; }

    /// <summary>The rotations at the rows' positions, each f32 [N, 1, d].</summary>
    public required (Tensor Cosines, Tensor Sines) Rotation { get; init; }

    /// <summary>What the rows attend to.</summary>
    public required IGpuAttention Attention { get; init; }
}
