using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Rows that go through the model together, all on the device. Letters: N rows, d width of a head.</summary>
internal sealed class GpuPass
{
    /// <summary>Token ids, int64 [N].</summary>
    public required Tensor Tokens { get; init; }

    /// <summary>The rows' positions, int64 [N].</summary>
    public required Tensor Positions { get; init; }

    /// <summary>Where a row's keys and values go in each layer of the cache (see GpuKeyValueCache.RowsOf), int64 [N].</summary>
    public required Tensor CacheRows { get; init; }

    /// <summary>By layer, the rotations at the rows' positions; null for a layer without.</summary>
    public required Rotation?[] Rotations { get; init; }

    /// <summary>By layer, what queries are multiplied with, f32 [N, 1, 1]; null for a layer without, empty where no layer has it.</summary>
    public required Tensor?[] Temperatures { get; init; }

    /// <summary>What the rows attend to.</summary>
    public required IGpuAttention Attention { get; init; }

    /// <summary>True where all tensors must have shapes that follow from N alone, and nothing may be read back: the pass may be captured.</summary>
    public required bool HasFixedShapes { get; init; }
}
