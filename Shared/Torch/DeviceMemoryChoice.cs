using Rill.Torch.Cache;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch;

/// <summary>How the memory for keys and values of the tensor decoder is taken: on demand, where the device can do that.</summary>
internal static class DeviceMemoryChoice
{
    /// <summary>The device's memory, tried; null, with a sentence for the log, where it maps none on demand.</summary>
    /// <param name="device">The device.</param>
    /// <param name="options">Gets the sentence.</param>
    /// <param name="parts">Owns what is made.</param>
    public static IDeviceMemory? Find(Device device, TorchRunnerOptions options, DisposableStack parts)
    {
        var reason = "this system has no such calls";
        try
        {
            var memory = options.DeviceMemory is { } other ? other() : Of(device, parts);
            if (memory is not null && (reason = DeviceMemoryProbe.Fault(memory, device)) is null)
            {
                return memory;
            }
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            reason = "the driver's library offers no virtual memory";
        }
        catch (DeviceMemoryException failure)
        {
            reason = failure.Message;
        }

        options.Report($"Memory for keys and values is taken at the start, not on demand: {reason}.");
        return null;
    }

    private static IDeviceMemory? Of(Device device, DisposableStack parts) =>
        device.type == DeviceType.CUDA ? parts.Own(new CudaMemory(new CudaPageDriver(Math.Max(0, device.index))))
        : OperatingSystem.IsLinux() ? new HostMemory()
        : null;
}
