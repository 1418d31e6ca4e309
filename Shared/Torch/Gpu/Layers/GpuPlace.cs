using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Where a <see cref="GpuDecoder"/> runs, and what of the device it may use.</summary>
/// <param name="Device">The device.</param>
/// <param name="Stream">Its stream; not disposed.</param>
/// <param name="Report">Gets a sentence for the log when something of the device cannot be used.</param>
internal sealed record GpuPlace(Device Device, IStepDevice Stream, Action<string> Report)
{
    /// <summary>Whether to capture decoding steps.</summary>
    public bool Graphs { get; init; }

    /// <summary>The flash kernel, to be tried at load; null to do without.</summary>
    public FlashAttention.Kernel? Flash { get; init; }

    /// <summary>Size of each of the two buffers on the host that weights are copied through.</summary>
    public int StagingBytes { get; init; } = 32 << 20;

    /// <summary>Plain attention copies no more keys of a layer at once for single tokens.</summary>
    public long MostCopiedBytes { get; init; } = 256L << 20;
}
