using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>A device that uses libtorch's own stream and captures nothing: the CPU, or a GPU whose runtime could not be reached.</summary>
/// <param name="device">The device.</param>
/// <param name="reason">Why nothing can be captured.</param>
internal sealed class PlainDevice(Device device, string reason) : IStepDevice
{
    public string Name => device.ToString();

    public Version? Capability => null;

    public IDisposable? Enter() => null;

    public void Synchronize()
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device);
        }
    }

    public IStepMark Mark() => new WholeMark(this);

    public void CopyIn(Tensor source, Tensor target) => target.copy_(source, nonBlocking: true);

    public long? FreeMemory() => null;

    public IStepGraph Capture(Func<Tensor> work) => throw new StepGraphException(reason);

    public void Dispose()
    {
    }

    /// <summary>Waits for all that is queued, later work included.</summary>
    private sealed class WholeMark(PlainDevice device) : IStepMark
    {
        public void Wait() => device.Synchronize();

        public void Dispose()
        {
        }
    }
}
