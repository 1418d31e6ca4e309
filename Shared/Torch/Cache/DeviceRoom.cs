using Rill.Models;

namespace Rill.Torch.Cache;

/// <summary>Whether a model's weights fit a device at all.</summary>
internal static class DeviceRoom
{
    private const long MiB = 1024 * 1024;

    /// <summary>Refuses weights that do not, before any of them is loaded.</summary>
    /// <param name="free">Bytes that nobody holds on the device; null where that is not known.</param>
    /// <param name="weights">Bytes of the weights there.</param>
    /// <param name="device">The device's name.</param>
    /// <exception cref="ModelFormatException">They do not fit.</exception>
    public static void Check(long? free, long weights, string device)
    {
        if (weights > free)
        {
            throw new ModelFormatException(
                $"The weights take {weights / MiB} MiB, and {device} has {free / MiB} MiB free; " +
                "serve the model on a larger GPU, or choose a smaller one.");
        }
    }
}
