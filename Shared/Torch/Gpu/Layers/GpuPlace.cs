using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
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

    /// <summary>Shapes of decoding steps are captured at load for this long; the others when they first come.</summary>
    public TimeSpan CaptureTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>So many bytes of the device are left free when shapes are captured at load.</summary>
    public long LeastFreeBytes { get; init; } = 512L << 20;

    /// <summary>Gets a sentence for the log about what was prepared.</summary>
    public Action<string> Inform { get; init; } = static _ => { };

    /// <summary>The flash kernel, to be tried at load; null to do without.</summary>
    public FlashAttention.Kernel? Flash { get; init; }

    /// <summary>Where kernels of ours run, to be tried at load; null to do without. Not disposed.</summary>
    public IKernelDevice? Kernels { get; init; }

    /// <summary>Maps memory for keys and values as it is used; null where the device does not.</summary>
    public IDeviceMemory? Memory { get; init; }

    /// <summary>Plain attention copies no more keys of a layer at once for single tokens.</summary>
    public long MostCopiedBytes { get; init; } = 256L << 20;
}
