using System.Runtime.InteropServices;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Cache;

/// <summary>Tries at load whether a device maps memory on demand, and libtorch works on it.</summary>
internal static class DeviceMemoryProbe
{
    private const int Pages = 4;

    /// <summary>
    /// Reserves addresses, maps one page and then its neighbour, writes over the border of both, takes the second away, maps another, and reads.
    /// </summary>
    /// <returns>Why that cannot be done, a phrase; null when it can.</returns>
    public static string? Fault(IDeviceMemory memory, Device device)
    {
        try
        {
            using var regions = new DeviceRegions(memory, 2, Pages / 2 * memory.PageBytes);
            Use(regions, 0, memory.PageBytes);
            using var scope = NewDisposeScope();
            var tensor = TensorMemory.WrapOn(device, regions.Start, ScalarType.Float32, Pages * memory.PageBytes / sizeof(float));
            var page = memory.PageBytes / sizeof(float);
            Use(regions, 0, 2 * memory.PageBytes);
            tensor.narrow(0, 0, 2 * page).fill_(1);
            regions.Use(0, memory.PageBytes);
            regions.Trim(memory.PageBytes);
            Use(regions, 1, memory.PageBytes);
            tensor.narrow(0, 2 * page, page).copy_(tensor.narrow(0, 0, page));
            return tensor.narrow(0, 2 * page, page).sum().ToSingle() == page ? null : "what was written there is not read back";
        }
        catch (Exception failure) when (failure is DeviceMemoryException or InvalidOperationException or ExternalException)
        {
            return failure is DeviceMemoryException ? failure.Message : "libtorch does not work on mapped memory";
        }
    }

    private static void Use(DeviceRegions regions, int region, long bytes)
    {
        regions.Use(region, bytes);
        regions.Map(region);
    }
}
